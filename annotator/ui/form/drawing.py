"""The form's pages as lines."""

from collections.abc import Iterator, Sequence

from annotator.text.cells import crop, width_of, wrap
from annotator.text.escape import one_line, visible
from annotator.text.facts import counted
from annotator.text.line import Line, Piece, Style, line
from annotator.ui.form.checks import Checked
from annotator.ui.form.form import Form
from annotator.ui.form.goal import Goal
from annotator.ui.form.rows import Row, page_title, rows
from annotator.workflow.rubric_changes import rename_move, renames
from annotator.workflow.rubric_taking import told

TITLES = 19
"""Cells for the titles of fields."""
INDENT = 6


def title(form: Form, check: Checked, does: str, width: int) -> Line:
    """Where one is, and how it stands; `does`: on the page that says what that does, '' on those of the draft."""
    tag = "@".join(text for key in ("name", "version") if (text := check.draft.fields.get(key)))
    left = f" {one_line(f'{does} {tag}' if does else page_title(check.draft, form.page))}"
    state: list[Piece] = []
    if check.faults:
        state.append(Piece(f"✗ {counted(len(check.faults), 'mistake')}", "error"))
    elif check.changes:
        breaking = sum(change.breaking for change in check.changes)
        state.append(Piece(counted(len(check.changes), "change"), "good"))
        state += [Piece(f", {breaking} breaking", "warn")] if breaking else []
    right = sum(width_of(piece.text) for piece in state)
    left = crop(left, max(1, width - right - 2))
    return line(Piece(left, "strong"), Piece(" " * max(1, width - width_of(left) - right - 1)), *state)


def body(form: Form, check: Checked, width: int, height: int) -> list[Line]:
    """The page's rows, what is wrong with each under it, then what it changes; around the chosen row as far as there is room."""
    lines: list[Line] = []
    first = last = 0
    added = False
    for index, row in enumerate(rows(check.draft, form.page)):
        chosen = index == form.at
        if lines and (row.kind == "head" or added):
            lines.append(line())
        added = row.kind == "add"
        if chosen:
            first = len(lines)
        lines.append(_row(row, chosen, check, width))
        lines += _said(row, chosen, check, width)
        if chosen:
            last = len(lines)
    at_end = form.at == len(rows(check.draft, form.page)) - 1
    lines += _changes(form, check, width, check.draft.configs[int(form.page[1])].fields["name"] if form.page else None)
    last = len(lines) if at_end else last
    top = 0 if last <= height else min(first, last - height)
    return lines[top : top + height]


def _row(row: Row, chosen: bool, check: Checked, width: int) -> Line:
    if row.kind == "head":
        return line(Piece(f"   {row.title}", "role"))
    faults, advice = check.at(row.place) if row.kind != "add" else ([], [])
    sign = Piece("✗ ", "error") if faults else Piece("! ", "warn") if advice else Piece("  ")
    mark = Piece(" ▸ " if chosen else "   ", "accent")
    head = one_line(row.title)
    name = crop(head, TITLES - 1) if row.kind != "page" else crop(head, width // 2)
    pieces = [mark, sign, Piece(name, "selected" if chosen else "strong" if row.kind == "page" else "text")]
    pieces.append(Piece(" " * max(2, TITLES - width_of(name))))
    value = one_line(row.value)
    turns = chosen and bool(row.choices)
    shown = Piece(value, "text") if value else Piece(f"({row.hint})" if row.hint else "", "faint")
    pieces += [Piece("◂ ", "accent"), shown, Piece(" ▸", "accent")] if turns else [shown]
    return line(*pieces)


def _said(row: Row, chosen: bool, check: Checked, width: int) -> Iterator[Line]:
    """Under a field what is said of it; of a config or label on the page around it, only where it is chosen."""
    if row.kind == "add" or (row.kind == "page" and not chosen):
        return
    faults, advice = check.at(row.place)
    if row.kind == "head":
        faults = [fault for fault in faults if fault.place == row.place]
        advice = [text for place, text in check.advice if place == row.place]
    for fault in faults:
        yield from paragraph(f"✗ {fault.title} {fault.advice}", "error", width)
    for text in advice:
        yield from paragraph(f"! {text}", "warn", width)


def paragraph(text: str, style: Style, width: int, indent: int = INDENT) -> Iterator[Line]:
    """A text in as many lines as it needs."""
    text = visible(text).replace("\n", " ")
    for start, end in wrap(text, max(20, width - indent - 1)):
        yield line(Piece(" " * indent), Piece(text[start:end], style))


def _changes(form: Form, check: Checked, width: int, name: str | None = None) -> Iterator[Line]:
    """Against what the queue is judged by: of the rubric, or of one config."""
    found = [change for change in check.changes if name in (None, change.name)]
    if not found:
        return
    yield line()
    against = one_line(f"against {form.queue.rubric.tag or 'the rubric'}, by which {form.queue.name} is judged")
    yield line(Piece(f"   {against}", "role"))
    for change in found:
        yield from paragraph(str(change), "warn" if change.breaking else "dim", width)
    yield from orphans(form, check, width, name)


def orphans(form: Form, check: Checked, width: int, name: str | None = None) -> Iterator[Line]:
    """How many answers a breaking change concerns."""
    gone = {key: count for key, count in check.orphans.items() if name in (None, key[0])}
    if gone:
        number = sum(gone.values())
        text = f"{counted(number, 'answer')} would not fit any more: {told(gone)}"
        yield from paragraph(text, "error", width)
    elif form.counted is None and check.breaking:
        yield from paragraph("the answers that are there are being counted …", "dim", width)
    elif any(change.breaking for change in check.changes if name in (None, change.name)):
        yield from paragraph("no answer that is there is concerned", "dim", width)


def saving(form: Form, check: Checked, goal: Goal | None, trouble: str, width: int) -> list[Line]:
    """What saving does: to the file, and to the queue."""
    pieces = [Piece(" ▸   "), Piece("file", "selected"), Piece(" " * (TITLES - 4)), Piece(one_line(form.path) or "(none)")]
    lines = [line(*pieces)]
    if trouble:
        lines += paragraph(f"✗ {trouble}", "error", width)
    if goal is not None:
        lines += [one for text, style in _file_told(goal) for one in paragraph(text, style, width)]
    lines += [line(), line(Piece("   queue", "role"))]
    lines += [one for text, style in _queue_told(form, check) for one in paragraph(text, style, width)]
    lines += _changes(form, check, width)
    return lines


def _file_told(goal: Goal) -> Iterator[tuple[str, Style]]:
    if goal.found == "new":
        yield "is made", "dim"
    elif goal.found == "ours":
        yield "is changed where the rubric changed; the rest stays as it is", "dim"
    else:
        yield "holds something else than the rubric that was edited: it was changed, or is of another", "warn"
    for comment in goal.lost:
        yield f"is lost:  {comment}", "warn"
    if goal.keeps_copy:
        yield f"what it holds stays in {goal.copy.name}", "dim"


def _queue_told(form: Form, check: Checked) -> Iterator[tuple[str, Style]]:
    rubric = check.rubric
    if rubric is None:
        return
    if rubric == form.queue.rubric:
        yield f"{form.queue.name} is judged by {rubric.tag or 'it'} already", "dim"
    elif check.orphans:
        yield f"{form.queue.name} keeps {form.queue.rubric.tag or 'its rubric'}, and only the file is written: {migrate(form)}", "error"
        for old, new in renames(form.queue.rubric, rubric).items():
            yield f"if {new} is {old} by another name, MOVES says so, and its answers go along: [rename] {rename_move(old, new)}", "dim"
    else:
        yield f"{form.queue.name} is judged by {rubric.tag or 'it'} from here on; undo takes that back, the file stays", "dim"
        if rubric.tag == form.queue.rubric.tag:
            yield "it has the name and version of what it was judged by before: answers do not tell the two apart", "warn"


def migrate(form: Form) -> str:
    """The command that moves the answers which are there."""
    return f"annotator rubric migrate {form.path} --moves MOVES --queue {form.queue.name!r}"


def pushing(plan: Sequence[str], state: str, style: Style, width: int) -> list[Line]:
    """What pushing does, config by config, and how it stands."""
    lines = [one for text in plan for one in paragraph(text, "text", width, INDENT + len(text) - len(text.lstrip()))]
    return [*lines, *([line()] if lines else []), *paragraph(state, style, width)]


def hints(form: Form, can_push: bool) -> list[tuple[str, str]]:
    """What the keys do on a page of the draft: commands in the order of how much they are needed."""
    found = [("list_choose", "change"), *([("form_next", "choices")] if form.row.choices else [])]
    found += [("form_add", "add"), ("form_remove", "remove"), ("form_save", "save"), ("list_close", "back"), ("help", "help")]
    found += [("form_push", "push")] if can_push and not form.changed else []
    return [*found, ("form_move_up", "up"), ("form_move_down", "down"), ("form_undo", "undo"), ("form_drop", "drop")]

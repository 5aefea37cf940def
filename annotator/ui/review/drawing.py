"""From the desk to what each region shows; no Textual."""


from annotator.domain.annotation import Annotation, ItemState
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig
from annotator.domain.queue import Item
from annotator.domain.step import Verdict
from annotator.keymap.keymap import Keymap
from annotator.text.cells import crop
from annotator.text.escape import one_line
from annotator.text.facts import counted, local_time
from annotator.text.line import Line, Piece, line
from annotator.ui.review.collecting import datasets
from annotator.ui.review.desk import Desk
from annotator.ui.review.marks import first_failures, span_marks
from annotator.ui.review.ranking import mine_in_words
from annotator.ui.review.rubric_rows import digit
from annotator.ui.widgets.key_bar import key_line
from annotator.ui.widgets.notice import notice_line, notice_lines
from annotator.ui.widgets.row import spread, width_of
from annotator.ui.widgets.span_tree import tree_lines
from annotator.ui.widgets.top_bar import TopState, top_line
from annotator.ui.widgets.verdict_strip import StripEntry, strip_line
from annotator.workflow.progress import minutes_left
from annotator.workflow.targets import described

LISTED = 12
"""Passed-over items that the end page names."""
APART = 3
"""Cells between what was just done and the item's state."""
SHORTEST_STATE = 12
"""Cells in which that state can still be told."""


def top(desk: Desk, width: int) -> Line:
    queue, counts = desk.session.queue, desk.counts
    return top_line(
        TopState(
            queue=one_line(queue.name),
            project=one_line(queue.source.project),
            position=desk.item.position if desk.item else counts.items,
            total=counts.items,
            done=counts.items - counts.todo - counts.deferred,
            pace=desk.pace,
            minutes_left=minutes_left(counts.todo + counts.deferred, desk.pace),
            unsent=desk.outbox.waiting,
            parked=desk.outbox.parked,
            server=desk.server_state,
            server_style=desk.server_style,
            loading=desk.loading or (f"{desk.fresh:,} new" if desk.fresh else ""),
            passed=desk.passed,
            matches=desk.matches.count if desk.matches else None,
            looking=desk.matches is not None and not desk.matches.finished,
        ),
        width,
    )


def tree(desk: Desk, width: int, height: int) -> list[Line]:
    return tree_lines(desk.tree, desk.span_id, width, height, marks=span_marks(desk))


def path(desk: Desk, width: int) -> Line:
    """At narrow widths, instead of the tree: where the current span is."""
    rows = desk.tree
    at = next((index for index, row in enumerate(rows) if row.span_id == desk.span_id), 0)
    if not rows:
        return line()
    row = rows[at]
    facts = (f"{row.duration} {row.mark}".strip(), row.records, f"span {at + 1} of {len(rows)}")
    where = Piece("".join(f"  {fact}" for fact in facts if fact), "dim")
    return line(Piece(f" {row.kind} ", "accent"), Piece(row.name, "strong"), where)


def _others(desk: Desk, verdict: Verdict) -> tuple[tuple[str, bool], ...]:
    return tuple((one_line(stance.who), stance.agrees) for stance in desk.stances.get(verdict.item_id, ()))


def strip(desk: Desk, width: int) -> Line:
    on = desk.on
    focus = "" if on is None or on.own else described(on)
    entries = [StripEntry(verdict.position, one_line(verdict.title), verdict.state.value, _others(desk, verdict)) for verdict in desk.last]
    return strip_line(entries, width, focus)


def notice(desk: Desk, width: int) -> list[Line]:
    """What was just done or refused, and at the right what is to be known about the item, as far as there is room.

    A second row where a refusal needs it.
    """
    (text, style), stands = desk.notice, one_line(_state(desk))
    text = one_line(text)
    if not text:
        return [notice_line(stands, style, width)]
    rows = notice_lines(text, style, width)
    said = rows[0].pieces
    room = width - width_of(said) - APART
    if len(rows) == 1 and stands and room > SHORTEST_STATE:
        return [spread(said, [Piece(f"{crop(stands, room - 1)} ", "dim")], width)]
    return rows


def spoken_by(row: Annotation) -> str:
    """What a row says, in a word."""
    return row.label or ("" if row.score is None else f"{row.score:g}") or " ".join((row.explanation or "").split())


def _state(desk: Desk) -> str:
    """What is to be known about the item, and how it is looked at, before it is judged."""
    view = desk.view
    if view is None:
        return ""
    item = view.item
    answered, required = view.progress
    words = [f"raw view, {_key(desk, 'raw')} goes back"] if desk.raw else []
    if desk.suggested is not None:
        takes = _key(desk, "score_commit" if isinstance(desk.config, ContinuousConfig) else "finish")
        words.append(f"{desk.suggested.who} suggests {spoken_by(desk.suggested.row)}, {takes} takes it")
    words += [item.why] if item.why else []
    if item.state != ItemState.TODO:
        words.append(f"{item.state.value}: {item.reason}" if item.reason else item.state.value)
    elif 0 < answered < required:
        words.append(f"{answered}/{required} answered")
    words += [f"in {name}" for name in datasets(desk)]
    rows = [view.answers[one.name] for one in view.asked if one.name in view.answers and not isinstance(one.config, FreeformConfig)]
    words += [f"{row.name}: {' '.join(row.explanation.split())}" for row in rows if row.explanation]
    words += mine_in_words(desk)
    words += [f"first failure: {one_line(name)}" for name in first_failures(desk)]
    words += [f"note: {' '.join((note.explanation or '').split())}" for note in view.notes]
    return " · ".join(words)


def keys(desk: Desk, keymap: Keymap, width: int, typing: bool) -> Line:
    """The keys that do something now; `typing`: in the text field."""
    if typing:
        words = {"field_save": "save", "field_leave": "leave, keep the draft", "field_newline": "new line", "field_editor": "editor"}
        pages = f"{keymap.first('field_page_up')}/{keymap.first('field_page_down')}"
        return key_line([*((keymap.first(command), word) for command, word in words.items()), (pages, "scroll the trace")], width)
    if desk.selecting:
        ways = "".join(keymap.first(command) for command in ("select_up", "select_down", "select_left", "select_right"))
        extend = f"{keymap.first('extend_up')} …"
        selecting = [("select_pin", "begin"), ("select_kind", "rows, characters"), ("select_take", "take"), ("select_drop", "take away")]
        selecting += [("select_part_down", "next part"), ("select_leave", "leave")]
        return key_line([(ways, "move"), (extend, "select"), *((keymap.first(command), word) for command, word in selecting)], width)
    if desk.view is None:
        words = {"previous_item": "back", "jump": "items", "undo": "undo", "quit": "leave", "help": "help"}
        return key_line([(keymap.first(command), word) for command, word in words.items()], width)
    hints: list[tuple[str, str]] = []
    config = desk.config
    if isinstance(config, CategoricalConfig):
        hints.append((_answer_keys(desk, keymap, config), "answer"))
    elif isinstance(config, ContinuousConfig):
        steps = keymap.first("score_down") + keymap.first("score_up")
        hints += [("0-9", "number"), (steps, "score"), (keymap.first("score_commit"), "save")]
    elif isinstance(config, FreeformConfig) and desk.criterion not in desk.view.answers:
        hints.append((keymap.first("finish"), "write"))
    if desk.view.complete and not desk.number and not isinstance(config, FreeformConfig):
        hints.append((keymap.first("finish"), "next"))
    if desk.part:
        return key_line([*hints, *_part_hints(desk, keymap)], width)
    pairs = (("note", "note"), ("explain", "explain"), ("undo", "undo"), ("skip", "skip"), ("defer", "defer"), ("flag", "flag"))
    hints += [(keymap.first(command), word) for command, word in pairs]
    hints += [
        (f"{keymap.first('next_item')}/{keymap.first('previous_item')}", "item"),
        (f"{keymap.first('previous_span')} {keymap.first('next_span')}", "span"),
        (keymap.first("search"), "search"),
        (keymap.first("fold"), "fold"),
        (f"{keymap.first('previous_part')} {keymap.first('next_part')}", "part"),
        (keymap.first("help"), "help"),
    ]
    return key_line(hints, width)


def _answer_keys(desk: Desk, keymap: Keymap, config: CategoricalConfig) -> str:
    """The keys that answer: `1-5`, `1 2 x`; those of a row of digits by its ends."""
    digits = desk.session.queue.digits.get(config.name, {})
    runs: list[list[str]] = []
    before = -1
    for value in config.values:
        index = -1 if value.key else digits.get(value.label, -1)
        key = value.key or digit(keymap, index)
        if key and index > 0 and index == before + 1:
            runs[-1].append(key)
        elif key:
            runs.append([key])
        before = index if key else -1
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _part_hints(desk: Desk, keymap: Keymap) -> list[tuple[str, str]]:
    """What can be done with the part that is marked."""
    media = any(block.media for block in desk.blocks if block.key == desk.part)
    words = (("fold", "fold"), ("copy", "copy"), *((("media", "media"),) if media else ()), ("pager", "pager"), ("clear", "no mark"))
    more = (("fold_role", "fold alike"), ("editor", "editor"), ("raw", "raw"), ("help", "help"))
    ways = (f"{keymap.first('previous_part')} {keymap.first('next_part')}", "part")
    return [ways, *((keymap.first(command), word) for command, word in (*words, *more))]


def _key(desk: Desk, command: str) -> str:
    """The key of a command in the keymap that is in force."""
    return desk.session.keymap.first(command)


def waiting(desk: Desk) -> list[Line]:
    """The centre while the item's payload is not here, or no item is."""
    item = desk.item
    if item is None and not desk.counts.items:
        wanted = one_line(desk.session.queue.selection.filter)
        none = f"No traces here match{f' {wanted} ({desk.looked:,} looked at)' if wanted else ''}."
        said = none if desk.nothing else f"{desk.loading or 'no traces yet'} …"
        return [line(), line(Piece(f"  {said}", "strong")), line(), *_hopes(desk)]
    name = f"item {item.position}" if item else ""
    if desk.reading:
        return [line(), line(Piece(f"  The trace of {name} is large and being read …", "strong"))]
    ways = f"{_key(desk, 'next_item')} goes on, and {_key(desk, 'finish')} returns to it later."
    purged = local_time(round(desk.session.queue.purged_at * 1e9))[:10] if desk.session.queue.purged_at else ""
    here = f"was purged on {purged}; annotator pull brings it again" if purged else "is not here yet"
    return [
        line(),
        line(Piece(f"  The trace of {name} {here}.", "strong")),
        line(Piece(f"  It shows as soon as it comes; {ways}", "dim")),
    ]


def _hopes(desk: Desk) -> list[Line]:
    """What to do about an empty screen."""
    if desk.server_style == "warn":
        return [line(Piece(f"  The server does not answer; it is tried again by itself. {_key(desk, 'quit')} leaves.", "dim"))]
    if not desk.nothing:
        return []
    where = "Send the project traces, or choose another with --project" if desk.session.queue.source.is_server else "Choose another file"
    return [line(Piece(f"  {where}; --filter, --since, --status and --kind narrow what comes. {_key(desk, 'quit')} leaves.", "dim"))]


def end_page(desk: Desk, width: int) -> list[Line]:
    """The end of the queue: how it went, what was passed over, what is unsent."""
    counts, queue_id = desk.counts, desk.session.queue.id
    said = f"{counts.done} done, {counts.skipped} skipped, {counts.deferred} deferred, {counts.flagged} flagged, {counts.todo} to do"
    end = f"End of what matches {one_line(desk.matches.text)}" if desk.matches else "End of the queue"
    lines = [line(), line(Piece(f"  {end}", "strong")), line(Piece(f"  {said}", "text")), line()]
    if desk.session.watch and not desk.matches:
        more = f"{counted(desk.fresh, 'item')} came: {_key(desk, 'finish')} goes on." if desk.fresh else "What is new is looked for."
        lines += [line(Piece(f"  {more}", "accent" if desk.fresh else "dim")), line()]
    if desk.session.queue.selection.reviewers > 1 and counts.todo and not desk.matches:
        more = f"What others have before them comes back where they do not judge it: {_key(desk, 'finish')} looks again."
        lines += [line(Piece(f"  {more}", "dim")), line()]
    for state in (ItemState.TODO, ItemState.DEFERRED, ItemState.FLAGGED, ItemState.SKIPPED):
        position = 0
        for _ in range(LISTED):
            item = desk.steps.step(queue_id, position, 1, (state,))
            if item is None:
                break
            position = item.position
            lines.append(_passed_over(desk, item, width))
    unsent = desk.outbox.waiting + desk.outbox.parked
    if desk.session.queue.source.server:
        said = f"{counted(unsent, 'row')} not on the server yet" if unsent else "Everything is on the server"
        lines += [line(), line(Piece(f"  {said}.", "dim"))]
    ways = [("previous_item", "goes back"), ("jump", "lists the items"), ("undo", "undoes"), ("quit", "leaves")]
    ways += [("filter", "changes or clears the filter")] if desk.matches else []
    lines += [line(), line(Piece("  " + ", ".join(f"{_key(desk, command)} {does}" for command, does in ways) + ".", "dim"))]
    return lines


def _passed_over(desk: Desk, item: Item, width: int) -> Line:
    """An item's state, why it is so, and the first words of what was asked, where they were read."""
    pieces = [Piece(f"  {item.position:>5}  ", "dim"), Piece(f"{item.state.value:9}", "accent")]
    asked = "".join(one_line(row.question or "") for row in desk.store.listed(item.queue_id, item.position - 1, 1))
    room = width - width_of(pieces)
    why = Piece(crop(one_line(item.reason or item.why), room // 2 if asked else room), "text")
    gap = "  " if why.text and asked else ""
    return line(*pieces, why, Piece(gap + crop(asked, room - width_of([why]) - len(gap)), "dim"))

"""A rubric's file with another rubric in it: what did not change stays as a person wrote it, comments included."""

from collections import Counter
from collections.abc import Mapping

from annotator.config.rubric_file import parse_rubric
from annotator.config.rubric_text import config_lines, config_text, head_lines, rubric_text
from annotator.config.toml_places import Place, Scan
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric
from annotator.errors import RubricError


@record
class Rewritten:
    """The file as it is to be."""

    text: str
    lost: tuple[str, ...] = ()
    """Comments that are in it no more."""


@record
class _Stand:
    """A header, or a key with its value, and what stands around it in the file."""

    place: Place
    lead: str
    """Comments and blank lines before it."""
    body: str
    tail: str
    """The rest of its last line."""

    @property
    def whole(self) -> str:
        return self.lead + self.body + self.tail


def rewritten(text: str, rubric: Rubric) -> Rewritten:
    """`text`: the file as it is, '' for none. It is written anew, without its comments, where it cannot be read or kept."""
    try:
        old = parse_rubric("", text)
    except RubricError:
        return Rewritten(rubric_text(rubric), tuple(line for line in text.splitlines() if line.lstrip().startswith("#")))
    scan = Scan(text)
    made = _merged(old, rubric, _stands(scan), scan.text)
    fresh = rubric_text(rubric)
    try:
        made = made if parse_rubric("", made) == parse_rubric("", fresh) else fresh
    except RubricError:
        made = fresh
    lost = Counter(scan.comments) - Counter(Scan(made).comments)
    return Rewritten(made.replace("\n", "\r\n") if "\r\n" in text else made, tuple(lost.elements()))


def _stands(scan: Scan) -> list[_Stand]:
    found, before = [], 0
    for place, start, end in scan.stands:
        line = scan.text.find("\n", end) + 1 or len(scan.text)
        found.append(_Stand(place, scan.text[before:start], scan.text[start:end], scan.text[end:line]))
        before = line
    return found


def _merged(old: Rubric, new: Rubric, stands: list[_Stand], text: str) -> str:
    heads = [one for one in stands if one.place[0] != "config"]
    blocks: dict[str, list[_Stand]] = {}
    for one in stands:
        if one.place[0] == "config" and len(one.place) > 1:
            blocks.setdefault(old.criteria[int(one.place[1])].name, []).append(one)
    made = ""
    if not heads and blocks:  # what stands above a blank line is said of the file, not of its first config
        first = next(iter(blocks.values()))
        made, first[0] = _above(first[0])
    made = _keys(heads, head_lines(old), head_lines(new), made)
    order = [None, *(criterion.name for criterion in old.criteria)]
    followed = dict(zip(order[1:], order, strict=False))
    before: str | None = None
    for criterion in new.criteria:
        block = blocks.get(criterion.name)
        part = config_text(criterion) + "\n" if block is None else _block(block, old.criterion(criterion.name), criterion)
        moved = block is None or followed.get(criterion.name) != before
        apart = "\n" if moved and made and not made.endswith("\n\n") and not part.startswith("\n") else ""
        made = made + apart + part if made else part.lstrip("\n")
        before = criterion.name
        if not made.endswith("\n"):
            made += "\n"
    return made + text[sum(len(one.whole) for one in stands) :]


def _above(stand: _Stand) -> tuple[str, _Stand]:
    """What of a stand's lead comes before its last blank line, and the stand without it."""
    above, blank, lead = stand.lead.rpartition("\n\n")
    return above + blank, _Stand(stand.place, lead, stand.body, stand.tail)


def _block(block: list[_Stand], old: Criterion | None, new: Criterion) -> str:
    assert old is not None
    head, *inner = block
    keys = [one for one in inner if len(one.place) == 3]
    tables = [one for one in inner if len(one.place) > 3]  # [[config.values]]
    before, after = config_lines(old), config_lines(new)
    same = before.get("values") == after.get("values")
    if tables and same:
        before.pop("values", None), after.pop("values", None)
    kept = "".join(one.whole for one in tables) if same else ""
    return _keys(keys, before, after, head.whole) + kept


def _keys(stands: list[_Stand], old: Mapping[str, str], new: Mapping[str, str], made: str) -> str:
    """Each key where it was: as it was, or with its new value; then those that the file does not have yet."""
    for one in stands:
        key = str(one.place[-1])
        if made and not made.endswith("\n"):
            made += "\n"
        if old.get(key) == new.get(key):
            made += one.whole
        elif key in new:
            made += one.lead + new[key] + one.tail
        elif "#" in one.lead:
            made += one.lead
    there = {str(one.place[-1]) for one in stands}
    fresh = [line for key, line in new.items() if key not in there]
    if fresh and made and not made.endswith("\n"):
        made += "\n"
    return made + "".join(f"{line}\n" for line in fresh)

"""A rubric written by hand, `rubric.toml`.

name = "refunds"            # optional, as are version and owner
instructions = "Read the policy first."     # shown on demand; a [[config]] may have its own
[[config]]
name = "correctness"
type = "categorical"        # or continuous, freeform
values = ["pass", "fail"]   # or { label, score, key, description, example, counterexample } tables, or [[config.values]]
[[config]]
name = "failure"
type = "categorical"
when = "correctness = fail" # asked only after that answer
values = ["wrong answer", "tone"]
[[config]]
name = "relevance"
type = "categorical"
target = "document"         # asked of each retrieved document; span, trace or session: of those alone
values = ["relevant", "irrelevant"]
[[config]]
name = "right tool"
type = "categorical"
kinds = ["TOOL"]            # asked of spans of these kinds; optional unless required = true
values = ["yes", "no"]
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from annotator.config.toml_file import Table, TomlFile, did_you_mean, nearest
from annotator.domain.annotation import TARGET_KINDS, TargetKind
from annotator.domain.annotation_config import (
    DIRECTIONS,
    RESERVED_NAME,
    AnnotationConfig,
    CategoricalConfig,
    ContinuousConfig,
    Direction,
    FreeformConfig,
    Value,
)
from annotator.domain.rubric import Condition, Criterion, Rubric
from annotator.errors import RubricError

_COMMON = ("name", "type", "description", "optimization_direction", "required", "when", "key", "target", "kinds", "instructions")
_OWN = {
    "CATEGORICAL": ("values",),
    "CONTINUOUS": ("lower_bound", "upper_bound", "step"),
    "FREEFORM": ("lower_bound", "upper_bound", "threshold"),
}
_EVERY = tuple(dict.fromkeys((*_COMMON, *(key for keys in _OWN.values() for key in keys))))


def load_rubric(path: Path) -> Rubric:
    """The rubric of a file. Raises RubricError with the line and, for what is misspelt, the nearest word."""
    return rubric_of(TomlFile.read(path, RubricError).root)


def parse_rubric(name: str, text: str) -> Rubric:
    """`load_rubric` of a text; `name` stands for the file in errors."""
    return rubric_of(TomlFile(name, text, RubricError).root)


def rubric_of(root: Table) -> Rubric:
    """The rubric that a file's top table says; the first fault is raised as the file has it."""
    root.only(("name", "version", "owner", "instructions", "config"))
    configs = root.tables("config")
    if not configs:
        root.fail("config", "it asks nothing.", 'Write a [[config]] with a name, type = "categorical" and values = ["pass", "fail"].')
    criteria: list[Criterion] = []
    for table in configs:
        criteria.append(_criterion(table, criteria))
    version = root.value.get("version")
    if type(version) is not int:
        version = root.text("version") or ""
    return Rubric(tuple(criteria), root.text("name") or "", str(version), root.text("owner") or "", root.text("instructions") or "")


def _criterion(table: Table, earlier: Sequence[Criterion]) -> Criterion:
    kind = _choice(table, "type", tuple(_OWN))
    for other in table.value:
        if other in _EVERY and other not in (*_COMMON, *_OWN[kind]):
            kinds = " and ".join(name.lower() for name, keys in _OWN.items() if other in keys)
            table.fail(other, f"{other} is for {kinds} configs, not for {kind.lower()} ones.", f"Remove {other}, or change the type.")
    table.only((*_COMMON, *_OWN[kind]))
    name = _word(table, "name")
    if name == RESERVED_NAME:
        table.fail("name", "the name 'note' is reserved for notes.", "Give the config another name.")
    if any(criterion.name == name for criterion in earlier):
        table.fail("name", f"there are two configs named {name!r}.", "Give each config a name of its own.")
    config = _config(table, kind, name)
    required = table.flag("required")
    key = _key(table)
    _check_keys(table, key, config, earlier)
    target, span_kinds = _target(table), _span_kinds(table)
    if required is None:
        required = kind != "FREEFORM" and (not span_kinds or target == "document")
    return Criterion(config, required, _condition(table, name, earlier), key, target, span_kinds, table.text("instructions") or "")


def _target(table: Table) -> TargetKind | None:
    if "target" not in table.value:
        return None
    return cast(TargetKind, _choice(table, "target", [kind.upper() for kind in TARGET_KINDS]).lower())


def _span_kinds(table: Table) -> tuple[str, ...]:
    """Span kinds in capitals, as OpenInference writes them."""
    given = table.value.get("kinds", [])
    if not isinstance(given, list) or not all(isinstance(kind, str) and kind.strip() for kind in given):
        table.fail("kinds", "kinds is a list of span kinds.", 'Write kinds = ["TOOL"].')
    if given and table.value.get("target") in ("trace", "session"):
        table.fail("kinds", f"a {table.value['target']} has no span kind.", "Leave kinds or target out.")
    return tuple(dict.fromkeys(kind.strip().upper() for kind in given))


def _config(table: Table, kind: str, name: str) -> AnnotationConfig:
    description = table.text("description")
    direction = cast(Direction, _choice(table, "optimization_direction", DIRECTIONS)) if "optimization_direction" in table.value else None
    if kind == "CATEGORICAL":
        return CategoricalConfig(name, _values(table), description, direction)
    lower, upper = table.number("lower_bound"), table.number("upper_bound")
    if lower is not None and upper is not None and lower >= upper:
        table.fail("lower_bound", f"lower_bound {lower:g} is not below upper_bound {upper:g}.", "Exchange them, or leave one out.")
    if kind == "FREEFORM":
        return FreeformConfig(name, description, direction, table.number("threshold"), lower, upper)
    step = table.number("step")
    if step is not None and step <= 0:
        table.fail("step", f"step is {step:g}.", "A step is above 0; without one it is a hundredth of the range, or 1.")
    return ContinuousConfig(name, lower, upper, description, direction, step=step)


def _values(table: Table) -> tuple[Value, ...]:
    given = table.value.get("values")
    if not isinstance(given, list) or not given:
        table.fail("values", "a categorical config needs its labels.", 'Write values = ["pass", "fail"].')
    values: list[Value] = []
    for index, value in enumerate(given):
        if not isinstance(value, str | dict):
            table.file.fail(
                (*table.place, "values", index), "a value is a label or a table.", 'Write "pass" or { label = "pass", score = 1 }.'
            )
        inner = Table(table.file, (*table.place, "values", index), value if isinstance(value, dict) else {"label": value})
        inner.only(("label", "score", "key", "description", "example", "counterexample"))
        label = _word(inner, "label")
        if any(known.label == label for known in values):
            inner.fail("label", f"there are two labels {label!r}.", "Give each label once.")
        key = _key(inner)
        if key is not None and any(known.key == key for known in values):
            inner.fail("key", f"two labels have the key {key!r}.", "Give each label a key of its own.")
        texts = (inner.text(name) for name in ("description", "example", "counterexample"))
        values.append(Value(label, inner.number("score"), key, *texts))
    return tuple(values)


def _condition(table: Table, name: str, earlier: Sequence[Criterion]) -> Condition | None:
    when = table.text("when")
    if when is None:
        return None
    shape = 'Write when = "correctness = fail": the name of an earlier config and one of its labels.'
    if "=" not in when:
        table.fail("when", f"when = {when!r} is no condition.", shape)
    names = [criterion.name for criterion in earlier]
    pairs = [(when[:at].strip(), when[at + 1 :].strip()) for at, char in enumerate(when) if char == "="]
    asked, label = next((pair for pair in pairs if pair[0] in names), pairs[0])
    config = next((criterion.config for criterion in earlier if criterion.name == asked), None)
    if config is None:
        later = [inner.value.get("name") for inner in table.file.root.tables("config")]
        if asked == name:
            table.fail("when", f"{name} waits for its own answer.", "Name a config above it.")
        if asked in later:
            table.fail("when", f"{asked} comes after {name}.", f"Put {asked} above {name}.")
        table.fail("when", f"no config above {name} is named {asked!r}.", did_you_mean(asked, names))
    if not isinstance(config, CategoricalConfig):
        table.fail("when", f"{asked} has no labels to wait for: it is {config.type.lower()}.", "Name a categorical config.")
    labels = [value.label for value in config.values]
    if label not in labels:
        table.fail("when", f"{asked} has no label {label!r}.", did_you_mean(label, labels))
    return Condition(asked, label)


def _choice(table: Table, key: str, choices: Sequence[str]) -> str:
    """One of the choices, in any case."""
    value = table.text(key)
    if value is None:
        misspelt = nearest(key, [other for other in table.value if other not in _EVERY])
        if misspelt:
            table.fail(misspelt, f"unknown key {misspelt!r}.", f"Did you mean {key}?")
        table.fail(key, f"a config has no {key}.", f'Write {key} = "{choices[0].lower()}"; known: {", ".join(choices).lower()}.')
    if value.upper() not in choices:
        table.fail(key, f"unknown {key} {value!r}.", did_you_mean(value, [choice.lower() for choice in choices]))
    return value.upper()


def _word(table: Table, key: str) -> str:
    """A name or a label: not empty, without blanks around it."""
    word = table.text(key)
    if word is None:
        table.fail(key, f"a {key} is missing.", f'Write {key} = "…".')
    if not word.strip():
        table.fail(key, f"a {key} is empty.", f"Give it a {key}.")
    if word != word.strip():
        table.fail(key, f"the {key} {word!r} has blanks around it.", "Remove them.")
    return word


def _key(table: Table) -> str | None:
    """One printable character; digits go by position."""
    key = table.text("key")
    if key is not None and (len(key) != 1 or not key.isprintable() or key.isspace()):
        table.fail("key", f"{key!r} is not a key.", "A key is one character, a letter for instance.")
    if key is not None and key.isdecimal():
        table.fail("key", f"the key {key} is a digit.", "Digits belong to the labels by their order; take a letter.")
    return key


def _check_keys(table: Table, key: str | None, config: AnnotationConfig, earlier: Sequence[Criterion]) -> None:
    """A config's key works everywhere, so nothing else may have it; labels of different configs may share theirs."""
    labels = dict(_label_keys(config))
    for criterion in earlier:
        if key is not None and key == criterion.key:
            table.fail("key", f"{criterion.name} has the key {key!r} too.", "Give each config a key of its own.")
        if key is not None and key in dict(_label_keys(criterion.config)):
            label = dict(_label_keys(criterion.config))[key]
            table.fail("key", f"the label {label} of {criterion.name} has the key {key!r} too.", "Take another key.")
        if criterion.key is not None and criterion.key in labels:
            table.fail(
                "values", f"the label {labels[criterion.key]} has the key {criterion.key!r} of {criterion.name}.", "Take another key."
            )
    if key is not None and key in labels:
        table.fail("key", f"the config and its label {labels[key]} have the same key {key!r}.", "Take another key.")


def _label_keys(config: AnnotationConfig) -> Iterator[tuple[str, str]]:
    if isinstance(config, CategoricalConfig):
        yield from ((value.key, value.label) for value in config.values if value.key is not None)

"""A rubric as it is typed: every field a text, whatever it says. Changing a draft gives another one."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from annotator.config.toml_places import Place
from annotator.domain.annotation_config import CategoricalConfig, Value
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric

One = TypeVar("One")
Fields = Mapping[str, str]
"""Key of the file to what is typed; a key that is missing is empty."""

TYPES = ("categorical", "continuous", "freeform")
OWN: Mapping[str, tuple[str, ...]] = {
    "categorical": (),
    "continuous": ("lower_bound", "upper_bound", "step"),
    "freeform": ("lower_bound", "upper_bound", "threshold"),
}
"""Numbers that only configs of a type have."""
NUMBERS = frozenset({"score", "lower_bound", "upper_bound", "step", "threshold"})
YES, NO = "yes", "no"


@record
class ConfigDraft:
    """One config; fields of another type are kept while the type is tried."""

    fields: Fields
    labels: tuple[Fields, ...] = ()


@record
class Draft:
    """The rubric."""

    fields: Fields
    configs: tuple[ConfigDraft, ...] = ()


def draft_of(rubric: Rubric) -> Draft:
    fields = {key: getattr(rubric, key) for key in ("name", "version", "owner", "instructions")}
    return Draft(fields, tuple(_config_of(criterion) for criterion in rubric.criteria))


def _config_of(criterion: Criterion) -> ConfigDraft:
    config = criterion.config
    fields = {"name": config.name, "type": config.type.lower(), "description": config.description or ""}
    fields["optimization_direction"] = (config.optimization_direction or "").lower()
    fields |= {key: shown_number(getattr(config, key)) for key in OWN[config.type.lower()]}
    fields |= {"required": YES if criterion.required else NO, "when": str(criterion.when or ""), "target": criterion.target or ""}
    fields |= {"kinds": ", ".join(criterion.kinds), "key": criterion.key or "", "instructions": criterion.instructions}
    labels = tuple(_label_of(value) for value in config.values) if isinstance(config, CategoricalConfig) else ()
    return ConfigDraft(fields, labels)


def _label_of(value: Value) -> Fields:
    texts = {key: getattr(value, key) or "" for key in ("key", "description", "example", "counterexample")}
    return {"label": value.label, "score": shown_number(value.score), **texts}


def shown_number(value: float | None) -> str:
    """As a person would type it; the same number when it is read again."""
    if value is None:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def new_config() -> ConfigDraft:
    fields = {"name": "", "type": "categorical", "required": YES, "optimization_direction": "maximize"}
    return ConfigDraft(fields, ({"label": "pass", "score": "1"}, {"label": "fail", "score": "0"}))


def file_of(draft: Draft) -> dict[str, Any]:
    """What tomllib would read of the file that the draft becomes."""
    found: dict[str, Any] = {key: text for key in ("name", "version", "owner", "instructions") if (text := draft.fields.get(key, ""))}
    return found | {"config": [_table(config) for config in draft.configs]}


def alike(one: Draft, other: Draft) -> bool:
    """They become the same file."""
    return file_of(one) == file_of(other)


def _table(config: ConfigDraft) -> dict[str, Any]:
    fields = config.fields
    table: dict[str, Any] = {"name": fields["name"], "type": fields["type"], "required": fields["required"] == YES}
    texts = ("description", "optimization_direction", "when", "target", "key", "instructions")
    table |= {key: text for key in texts if (text := fields.get(key, ""))}
    if kinds := [kind.strip() for kind in fields.get("kinds", "").split(",") if kind.strip()]:
        table["kinds"] = kinds
    table |= {key: number(text) for key in OWN[fields["type"]] if (text := fields.get(key, ""))}
    if fields["type"] == "categorical":
        table["values"] = [_label(label) for label in config.labels]
    return table


def _label(label: Fields) -> dict[str, Any]:
    table: dict[str, Any] = {"label": label["label"]}
    return table | {key: number(text) if key in NUMBERS else text for key, text in label.items() if text and key != "label"}


def number(text: str) -> float | str:
    """The number that was typed, with a point or a comma; the text where it is none, for the check to refuse."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return text


# Changes. A place is that of the file: (), ('config', 0), ('config', 0, 'values', 1), each with a key behind it for a field.


def text_at(draft: Draft, place: Place) -> str:
    return fields_at(draft, place[:-1]).get(str(place[-1]), "")


def fields_at(draft: Draft, place: Place) -> Fields:
    """Of the rubric, a config, or a label."""
    if not place:
        return draft.fields
    config = draft.configs[int(place[1])]
    return config.fields if len(place) == 2 else config.labels[int(place[3])]


def with_text(draft: Draft, place: Place, text: str) -> Draft:
    """With another text in a field. What waits for a config or a label that gets another name goes on waiting for it.

    A config whose type changes is required as its type is by itself, where it was so before.
    """
    *of, key = place
    fields = {**fields_at(draft, tuple(of)), str(key): text}
    if key == "type" and fields.get("required") == _by_itself(fields_at(draft, tuple(of))["type"]):
        fields["required"] = _by_itself(text)
    if not of:
        return replace(draft, fields=fields)
    at = int(of[1])
    config = draft.configs[at]
    changed = replace(config, fields=fields) if len(of) == 2 else replace(config, labels=_put(config.labels, int(of[3]), fields))
    return _waiting_on(_with_config(draft, at, changed), config, changed) if key in ("name", "label") else _with_config(draft, at, changed)


def _waiting_on(draft: Draft, old: ConfigDraft, new: ConfigDraft) -> Draft:
    """Where `when` names an answer of the old config, it names the same one of the new."""
    pairs = zip(old.labels, new.labels, strict=True)
    answers = {f"{old.fields['name']} = {one['label']}": f"{new.fields['name']} = {other['label']}" for one, other in pairs}
    configs = (
        replace(one, fields={**one.fields, "when": answers[one.fields["when"]]}) if one.fields.get("when") in answers else one
        for one in draft.configs
    )
    return replace(draft, configs=tuple(configs))


def _by_itself(kind: str) -> str:
    return NO if kind == "freeform" else YES


def added(draft: Draft, place: Place) -> tuple[Draft, Place]:
    """With a new config, or with a new label for the config at the place; and where that is."""
    if not place:
        return replace(draft, configs=(*draft.configs, new_config())), ("config", len(draft.configs))
    at = int(place[1])
    config = draft.configs[at]
    return _with_config(draft, at, replace(config, labels=(*config.labels, {"label": ""}))), ("config", at, "values", len(config.labels))


def removed(draft: Draft, place: Place) -> Draft:
    """Without the config or label at the place."""
    at = int(place[1])
    if len(place) == 2:
        return replace(draft, configs=_without(draft.configs, at))
    config = draft.configs[at]
    return _with_config(draft, at, replace(config, labels=_without(config.labels, int(place[3]))))


def moved(draft: Draft, place: Place, by: int) -> tuple[Draft, Place]:
    """With the config or label at the place one further up (-1) or down (1); and where it is then."""
    at = int(place[1])
    if len(place) == 2:
        to = min(max(at + by, 0), len(draft.configs) - 1)
        return replace(draft, configs=_shifted(draft.configs, at, to)), ("config", to)
    config, label = draft.configs[at], int(place[3])
    to = min(max(label + by, 0), len(config.labels) - 1)
    return _with_config(draft, at, replace(config, labels=_shifted(config.labels, label, to))), ("config", at, "values", to)


def _with_config(draft: Draft, at: int, config: ConfigDraft) -> Draft:
    return replace(draft, configs=_put(draft.configs, at, config))


def _put(some: tuple[One, ...], at: int, one: One) -> tuple[One, ...]:
    return (*some[:at], one, *some[at + 1 :])


def _without(some: tuple[One, ...], at: int) -> tuple[One, ...]:
    return some[:at] + some[at + 1 :]


def _shifted(some: tuple[One, ...], at: int, to: int) -> tuple[One, ...]:
    rest = _without(some, at)
    return (*rest[:to], some[at], *rest[to:])


def next_version(version: str) -> str:
    """'3' becomes '4', '1.09' '1.10'; one without a number at its end gets one."""
    found = re.search(r"\d+$", version)
    if found is None:
        return f"{version}.2" if version else "1"
    return version[: found.start()] + str(int(found[0]) + 1).zfill(len(found[0]))


def proposed(draft: Draft, known: Draft) -> Draft:
    """With the next version where it differs from what is known: answers say by which one they were given."""
    version = known.fields.get("version", "")
    same = alike(with_text(draft, ("version",), version), known)
    return with_text(draft, ("version",), version if same else next_version(version))

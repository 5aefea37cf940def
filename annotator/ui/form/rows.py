"""The rows of the form's pages: the rubric with its configs, one config with its labels, one label."""

from collections.abc import Sequence
from typing import Literal

from annotator.config.toml_places import Place
from annotator.domain.annotation import TARGET_KINDS
from annotator.domain.record import record
from annotator.text.facts import counted
from annotator.ui.form.draft import NO, OWN, TYPES, YES, ConfigDraft, Draft, Fields, fields_at

Kind = Literal["text", "choice", "page", "add", "head"]


@record
class Row:
    """One line that can be chosen, or a heading."""

    place: Place
    """Of the field, or of the config or label that opens as a page."""
    title: str
    value: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    """What the field can hold, or is offered, in their order."""
    hint: str = ""
    """Shown where the value is empty."""


DIRECTIONS = ("", "maximize", "minimize", "none")
HINTS = {
    "name": "what annotations are called",
    "description": "one line, kept on the server too",
    "instructions": "how to answer it, shown on demand",
    "when": "always; or after an answer, as correctness = fail",
    "target": "the item; or each of its spans, documents …",
    "kinds": "every kind; or some, as LLM, TOOL",
    "key": "none; a letter works beside the digits",
    "lower_bound": "0",
    "upper_bound": "1",
    "step": "a hundredth of the range, or 1",
    "threshold": "none",
    "optimization_direction": "not said: nobody can tell whether more is better",
    "score": "none",
    "example": "something that gets this label",
    "counterexample": "what looks as if it did, and gets another",
    "version": "none",
    "owner": "who decides about it",
}
WORDS = {
    "optimization_direction": "direction",
    "lower_bound": "lower bound",
    "upper_bound": "upper bound",
    "example": "positive example",
    "counterexample": "negative example",
    "kinds": "span kinds",
}


def rows(draft: Draft, page: Place) -> list[Row]:
    """Of the page of the rubric (), of a config ('config', 0), or of a label ('config', 0, 'values', 1)."""
    if len(page) == 4:
        fields = fields_at(draft, page)
        keys = ("label", "score", "description", "example", "counterexample", "key")
        return [_text(page, fields, key, "what gets this label" if key == "description" else "") for key in keys]
    if len(page) == 2:
        return _config(draft, page)
    found = [_text((), draft.fields, key) for key in ("name", "version", "owner")]
    found.append(_text((), draft.fields, "instructions", hint="how to judge, shown on demand"))
    found.append(Row(("config",), "configs", "", "head"))
    found += [Row(("config", at), f"{at + 1} {one.fields['name']}", summary(one), "page") for at, one in enumerate(draft.configs)]
    return [*found, Row((), "+ a config", "", "add")]


def _config(draft: Draft, page: Place) -> list[Row]:
    config = draft.configs[int(page[1])]
    fields, kind = config.fields, config.fields["type"]
    found = [_text(page, fields, "name"), _choice(page, fields, "type", TYPES), _text(page, fields, "description")]
    if kind == "categorical":
        found.append(Row((*page, "values"), "labels", "", "head"))
        found += [Row((*page, "values", at), one["label"], label_summary(one), "page") for at, one in enumerate(config.labels)]
        found.append(Row((*page, "values"), "+ a label", "", "add"))
    found += [_text(page, fields, key, "none" if kind == "freeform" else "") for key in OWN[kind]]
    if kind != "freeform" or fields.get("optimization_direction"):
        found.append(_choice(page, fields, "optimization_direction", DIRECTIONS))
    found.append(_choice(page, fields, "required", (YES, NO)))
    when = tuple(f"{one.fields['name']} = {label['label']}" for one in _earlier(draft, page) for label in one.labels)
    found.append(Row((*page, "when"), "asked when", fields.get("when", ""), "text", ("", *when), HINTS["when"]))
    found.append(_choice(page, fields, "target", ("", *TARGET_KINDS)))
    return [*found, *(_text(page, fields, key) for key in ("kinds", "key", "instructions"))]


def _earlier(draft: Draft, page: Place) -> Sequence[ConfigDraft]:
    return [one for one in draft.configs[: int(page[1])] if one.fields["type"] == "categorical"]


def _text(of: Place, fields: Fields, key: str, hint: str = "") -> Row:
    return Row((*of, key), WORDS.get(key, key), fields.get(key, ""), "text", (), hint or HINTS.get(key, ""))


def _choice(of: Place, fields: Fields, key: str, choices: tuple[str, ...]) -> Row:
    return Row((*of, key), WORDS.get(key, key), fields.get(key, ""), "choice", choices, HINTS.get(key, ""))


def summary(config: ConfigDraft) -> str:
    """A config in a line."""
    fields = config.fields
    asked = "required" if fields["required"] == YES else "optional"
    says = [fields["type"], asked, f"if {fields['when']}" if fields.get("when") else "", fields.get("target", ""), fields.get("kinds", "")]
    if fields["type"] == "categorical":
        says.append(" | ".join(label["label"] for label in config.labels) or counted(0, "label"))
    elif fields["type"] == "continuous":
        says.append(f"{fields.get('lower_bound') or '0'} to {fields.get('upper_bound') or '1'}")
    return " · ".join(part for part in says if part)


def label_summary(label: Fields) -> str:
    """A label in a line."""
    score = f"({label['score']})" if label.get("score") else ""
    key = f"key {label['key']}" if label.get("key") else ""
    return " · ".join(part for part in (score, key, label.get("description", "")) if part)


def page_title(draft: Draft, page: Place) -> str:
    """Where one is: rubric › config › label."""
    words = [draft.fields.get("name") or "the rubric"]
    if len(page) >= 2:
        words.append(draft.configs[int(page[1])].fields["name"] or "a config")
    if len(page) == 4:
        words.append(fields_at(draft, page)["label"] or "a label")
    return " › ".join(words)

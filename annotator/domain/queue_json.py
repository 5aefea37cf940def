"""A selection as JSON values and back, exactly. The store keeps selections in this shape."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from annotator.domain.queue import Rule, Selection


def selection_to_json(selection: Selection) -> dict[str, Any]:
    """The fields of the selection under their own names."""
    rules = [{**asdict(rule), "reviewers": list(rule.reviewers)} for rule in selection.rules]
    return {**asdict(selection), "kinds": list(selection.kinds), "columns": [list(pair) for pair in selection.columns], "rules": rules}


def selection_from_json(value: Mapping[str, Any]) -> Selection:
    """The inverse of `selection_to_json`; a key that is missing gets its default. TypeError for an unknown key."""
    columns = tuple((role, column) for role, column in value.get("columns", ()))
    rules = tuple(Rule(**{**rule, "reviewers": tuple(rule.get("reviewers", ()))}) for rule in value.get("rules", ()))
    return Selection(**{**value, "kinds": tuple(value.get("kinds", ())), "columns": columns, "rules": rules})

"""A rubric as JSON values and back, exactly. The store keeps rubrics in this shape."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.rubric import Condition, Criterion, Rubric


def rubric_to_json(rubric: Rubric) -> dict[str, Any]:
    """`{"name", "version", "owner", "instructions", "criteria": [{"config": {"type", ...}, "required", "when", "key", "target", "kinds",
    "instructions"}]}`.

    `when` is `{"name", "label"}` or None, `kinds` a list.
    """
    return {
        "name": rubric.name,
        "version": rubric.version,
        "owner": rubric.owner,
        "instructions": rubric.instructions,
        "criteria": [_criterion_to_json(criterion) for criterion in rubric.criteria],
    }


def rubric_from_json(value: Mapping[str, Any]) -> Rubric:
    """The inverse of `rubric_to_json`; a key that is missing gets its default. KeyError or TypeError for another shape."""
    criteria = tuple(_criterion_from_json(criterion) for criterion in value["criteria"])
    texts = (value.get(key, "") for key in ("name", "version", "owner", "instructions"))
    return Rubric(criteria, *texts)


def _criterion_to_json(criterion: Criterion) -> dict[str, Any]:
    when = criterion.when
    return {
        "config": _config_to_json(criterion.config),
        "required": criterion.required,
        "when": None if when is None else asdict(when),
        "key": criterion.key,
        "target": criterion.target,
        "kinds": list(criterion.kinds),
        "instructions": criterion.instructions,
    }


def _criterion_from_json(value: Mapping[str, Any]) -> Criterion:
    when = value.get("when")
    return Criterion(
        _config_from_json(value["config"]),
        required=value.get("required", True),
        when=None if when is None else Condition(**when),
        key=value.get("key"),
        target=value.get("target"),
        kinds=tuple(value.get("kinds", ())),
        instructions=value.get("instructions", ""),
    )


def _config_to_json(config: AnnotationConfig) -> dict[str, Any]:
    fields = asdict(config)
    if isinstance(config, CategoricalConfig):
        fields["values"] = [asdict(label) for label in config.values]
    return {"type": config.type, **fields}


def _config_from_json(value: Mapping[str, Any]) -> AnnotationConfig:
    fields = {key: inner for key, inner in value.items() if key != "type"}
    match value["type"]:
        case "CATEGORICAL":
            return CategoricalConfig(**{**fields, "values": tuple(Value(**label) for label in fields["values"])})
        case "CONTINUOUS":
            return ContinuousConfig(**fields)
        case "FREEFORM":
            return FreeformConfig(**fields)
        case other:
            raise TypeError(f"no annotation config has the type {other!r}")

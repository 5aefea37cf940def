"""A rubric as people read it: what is asked, how to answer it, and by which digit."""

from collections.abc import Iterator, Mapping

from annotator.domain.annotation_config import CategoricalConfig, FreeformConfig
from annotator.domain.rubric import Criterion, Rubric


def rubric_lines(rubric: Rubric, digits: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Lines of any length, as the rubric has them, not escaped. `digits`: of a queue, config name to label to 0-based digit."""
    yield " ".join(part for part in (rubric.tag or "(no name)", f"owner: {rubric.owner}" if rubric.owner else "") if part)
    yield from (f"  {line}" for line in rubric.instructions.splitlines())
    for criterion in rubric.criteria:
        yield ""
        yield from _criterion(criterion, digits.get(criterion.name, {}))


def _criterion(criterion: Criterion, digits: Mapping[str, int]) -> Iterator[str]:
    """A config in lines; `digits`: label to its 0-based digit in a queue, else the order counts."""
    config = criterion.config
    facts = ["required" if criterion.required else "optional", f"asked when {criterion.when}" if criterion.when else ""]
    facts += [
        f"of each {criterion.target}" if criterion.target else "",
        f"of {', '.join(criterion.kinds)} spans" if criterion.kinds else "",
    ]
    facts += [f"key {criterion.key}" if criterion.key else "", (config.optimization_direction or "").lower()]
    yield f"{config.name}  {config.type.lower()}, {', '.join(fact for fact in facts if fact)}"
    if config.description:
        yield f"  {config.description}"
    yield from (f"  {line}" for line in criterion.instructions.splitlines())
    if isinstance(config, CategoricalConfig):
        for index, value in enumerate(config.values):
            digit = digits.get(value.label, index) + 1
            key = "".join([str(digit % 10) if digit <= 10 else " ", f" {value.key}" if value.key else ""])
            score = f" ({value.score:g})" if value.score is not None else ""
            yield f"  {key}  {value.label}{score}{f'  {value.description}' if value.description else ''}"
            for name, text in (("yes", value.example), ("no", value.counterexample)):
                if text:
                    yield f"       {name}: {text}"
        return
    if not isinstance(config, FreeformConfig):
        lower, upper = config.bounds
        yield f"  {lower:g} to {upper:g}, in steps of {config.arrow_step:g}"

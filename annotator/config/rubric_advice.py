"""What of a rubric slows reviewers down or makes two of them disagree: advice, where nothing is wrong."""

from collections.abc import Iterator
from pathlib import Path

from annotator.config.toml_file import TomlFile
from annotator.config.toml_places import Place
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig, FreeformConfig
from annotator.domain.rubric import BUILT_IN, Criterion, Rubric
from annotator.errors import RubricError

MOST_CONFIGS = 5
MOST_DIGITS = 10
FEW_STEPS = 10
"""A scale of so many steps is answered as one of labels would be."""


def advice(path: Path, rubric: Rubric) -> list[str]:
    """Sentences, each with the line that it is about. `rubric`: what the file says."""
    file = TomlFile.read(path, RubricError)
    found = [(place, text if len(place) < 3 else f"{rubric.criteria[int(place[1])].name}: {text}") for place, text in advised(rubric)]
    return [f"{file.name}:{line}: {text}" if (line := _line(file, place)) else f"{file.name}: {text}" for place, text in found]


def advised(rubric: Rubric) -> Iterator[tuple[Place, str]]:
    """Sentences, each with the place in a file that it is about."""
    yield from _whole(rubric)
    for index, criterion in enumerate(rubric.criteria):
        yield from ((("config", index, key), text) for key, text in _one(criterion))


def _line(file: TomlFile, place: Place) -> int | None:
    while place and place not in file.lines:
        place = place[:-1]
    return file.lines.get(place)


def _whole(rubric: Rubric) -> Iterator[tuple[Place, str]]:
    for key, why in (
        ("name", "answers then do not say what they were judged by"),
        ("version", "answers then do not say by which version they were judged"),
        ("owner", "nobody is named who decides about it"),
    ):
        if not getattr(rubric, key):
            yield (key,), f"it has no {key}: {why}"
    if rubric.name == BUILT_IN.name and rubric != BUILT_IN:
        yield ("name",), f"{BUILT_IN.name} is the rubric that comes with annotator: answers do not tell the two apart"
    if len(rubric.criteria) > MOST_CONFIGS:
        place: Place = ("config", MOST_CONFIGS)
        yield (
            place,
            f"it asks {len(rubric.criteria)} questions: more than {MOST_CONFIGS} slow a reviewer down; leave some out, or ask with when",
        )
    folded: dict[str, str] = {}
    for index, criterion in enumerate(rubric.criteria):
        other = folded.setdefault(criterion.name.casefold(), criterion.name)
        if other != criterion.name:
            yield ("config", index, "name"), f"differs from {other} by its capitals alone"


def _one(criterion: Criterion) -> Iterator[tuple[str, str]]:
    """(key, sentence) for one config."""
    config = criterion.config
    if isinstance(config, FreeformConfig):
        if criterion.required:
            yield "required", "a required text costs more time than any label; ask for it with when, after the label that needs it"
        return
    if isinstance(config, ContinuousConfig):
        lower, upper = config.bounds
        if (upper - lower) / config.arrow_step <= FEW_STEPS or None in (config.lower_bound, config.upper_bound):
            yield "type", "a scale: two people rarely mean the same by its middle; would pass and fail do, with a text for why?"
        if config.optimization_direction is None:
            yield "name", "no optimization_direction: nobody can tell whether more is better"
        return
    yield from _labels(config)


def _labels(config: CategoricalConfig) -> Iterator[tuple[str, str]]:
    labels = [value.label for value in config.values]
    scores = [value.score for value in config.values if value.score is not None]
    if len(labels) == 1:
        yield "values", "one label alone says nothing"
    if len(labels) > MOST_DIGITS:
        yield "values", f"{len(labels)} labels: those after the tenth have no digit"
    numbers = len(labels) > 2 and all(label.strip().lstrip("+-").replace(".", "", 1).isdecimal() for label in labels)
    if numbers or (len(labels) > 3 and len(set(scores)) == len(labels)):
        yield "values", "a scale: two people rarely mean the same by its middle; would pass and fail do, with a text for why?"
    if scores and len(scores) < len(labels):
        yield "values", "some labels have a score and some have none: means then leave answers out"
    if scores and config.optimization_direction is None:
        yield "name", "no optimization_direction: nobody can tell whether more is better"
    bare = [value.label for value in config.values if not value.description]
    if bare:
        yield "values", f"no description of {', '.join(bare)}: write what gets the label, with an example and a counterexample"

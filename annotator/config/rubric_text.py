"""A rubric as TOML, as `load_rubric` reads it."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, Value
from annotator.domain.rubric import Criterion, Rubric
from annotator.errors import RubricError


def rubric_text(rubric: Rubric) -> str:
    """The file, whole. What has its default is left out; reading it gives the rubric again, without the ids of a server."""
    head = list(head_lines(rubric).values())
    configs = [config_text(criterion) for criterion in rubric.criteria]
    return "\n\n".join([*(["\n".join(head)] if head else []), *configs]) + "\n"


def config_text(criterion: Criterion) -> str:
    """One table."""
    return "\n".join(["[[config]]", *config_lines(criterion).values()])


def head_lines(rubric: Rubric) -> dict[str, str]:
    """Key to its line, or lines, before the configs."""
    return {key: f"{key} = {_text(value)}" for key in ("name", "version", "owner", "instructions") if (value := getattr(rubric, key))}


def config_lines(criterion: Criterion) -> dict[str, str]:
    """Key of a config to its line, or lines."""
    return {line.partition(" =")[0]: line for line in _criterion(criterion)}


def write_rubric(path: Path, text: str) -> None:
    """The whole file or nothing; a link keeps pointing at it. Raises RubricError."""
    target = path.resolve()
    try:
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".rubric-")
    except OSError as error:
        raise RubricError(f"{path} cannot be written: {error.strerror}.", "Check the name and the rights of its folder.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(draft).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        os.replace(draft, target)
    except BaseException as error:
        Path(draft).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise RubricError(f"{path} cannot be written: {error.strerror}.", "Check its rights and the room on the disk.") from error
        raise


def _criterion(criterion: Criterion) -> Iterator[str]:
    config = criterion.config
    yield f"name = {_text(config.name)}"
    yield f'type = "{config.type.lower()}"'
    for key in ("description", "optimization_direction"):
        if value := getattr(config, key):
            yield f"{key} = {_text(value.lower() if key == 'optimization_direction' else value)}"
    if criterion.required != _required_by_itself(criterion):
        yield f"required = {str(criterion.required).lower()}"
    for key, text in (("when", criterion.when and str(criterion.when)), ("target", criterion.target), ("key", criterion.key)):
        if text:
            yield f"{key} = {_text(text)}"
    if criterion.kinds:
        yield f"kinds = [{', '.join(map(_text, criterion.kinds))}]"
    if criterion.instructions:
        yield f"instructions = {_text(criterion.instructions)}"
    yield from _own(config)


def _required_by_itself(criterion: Criterion) -> bool:
    """What `load_rubric` takes where nothing is said."""
    return criterion.config.type != "FREEFORM" and (not criterion.kinds or criterion.target == "document")


def _own(config: AnnotationConfig) -> Iterator[str]:
    """What only this type has."""
    if isinstance(config, CategoricalConfig):
        plain = all(value == Value(value.label) for value in config.values)
        if plain:
            yield f"values = [{', '.join(_text(value.label) for value in config.values)}]"
        else:
            yield "\n".join(["values = [", *(f"    {_value(value)}," for value in config.values), "]"])
        return
    keys = ("lower_bound", "upper_bound", "step" if isinstance(config, ContinuousConfig) else "threshold")
    yield from (f"{key} = {_number(value)}" for key in keys if (value := getattr(config, key)) is not None)


def _value(value: Value) -> str:
    pairs = [f"label = {_text(value.label)}"]
    pairs += [f"score = {_number(value.score)}"] if value.score is not None else []
    for key in ("key", "description", "example", "counterexample"):
        if text := getattr(value, key):
            pairs.append(f"{key} = {_quoted(text)}")
    return f"{{ {', '.join(pairs)} }}"


def _number(value: float) -> str:
    """Whole ones without a point; the same number when it is read again."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _text(text: str) -> str:
    """A string of one line, or of several where it has them."""
    if "\n" not in text:
        return _quoted(text)
    lines = "\n".join(_quoted(line)[1:-1] for line in text.split("\n"))
    if '"""' not in text and not text.endswith('"'):
        lines = lines.replace('\\"', '"')
    return f'"""\n{lines}"""'


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which TOML wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

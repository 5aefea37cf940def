"""A rubric and the annotation configs of a server: what pushing changes there, and what of a server becomes a rubric."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from annotator.domain.annotation import Annotation
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig, Value
from annotator.domain.record import record
from annotator.domain.rubric import Criterion, Rubric, from_server
from annotator.domain.source import ConfigServer, ServerConfig
from annotator.domain.store import Store
from annotator.errors import RubricError
from annotator.workflow.migration import said
from annotator.workflow.rubric_changes import RubricChange, config_changes, held, orphans


@record
class Planned:
    """What pushing does about one config."""

    config: AnnotationConfig
    """As it will be, with the id of the server's own where there is one."""
    known: AnnotationConfig | None
    """As the server has it; None where it is to be made."""
    changes: tuple[RubricChange, ...] = ()
    assign: bool = True
    """The project does not have it yet."""
    orphans_there: Mapping[str, int] = field(default_factory=dict)
    """Answers on the server that would fit no more, and how many."""
    orphans_here: Mapping[str, int] = field(default_factory=dict)
    """The same of the rows in the store."""

    @property
    def writes(self) -> bool:
        return self.known is None or bool(self.changes)


def plan_push(rubric: Rubric, server: ConfigServer, store: Store | None, url: str) -> list[Planned]:
    """Config by config. Labels in use are looked for where a change breaks something. Every call of the server may wait."""
    there = {row.config.name: row for row in server.configs()}
    return [_plan(held(criterion.config), there.get(criterion.name), server, store, url) for criterion in rubric.criteria]


def _plan(config: AnnotationConfig, there: ServerConfig | None, server: ConfigServer, store: Store | None, url: str) -> Planned:
    if there is None:
        return Planned(config, None)
    found = tuple(config_changes(held(there.config), config))
    planned = Planned(replace(config, config_id=there.config.config_id), there.config, found, not there.assigned)
    if not any(change.breaking for change in found):
        return planned
    on_server = [row.annotation for row in server.rows_named(config.name)]
    here = [known.row for known in store.known_named(url, config.name)] if store is not None else []
    return replace(
        planned,
        orphans_there=_counts(orphans(there.config, config, on_server)),
        orphans_here=_counts(orphans(there.config, config, here)),
    )


def _counts(rows: Sequence[Annotation]) -> dict[str, int]:
    return dict(sorted(Counter(said(row) for row in rows).items()))


def told(planned: Planned) -> list[str]:
    """What happens to a config, in lines."""
    verb = "make   " if planned.known is None else "change " if planned.changes else "as it is"
    also = "; assign it to the project" if planned.assign else ""
    return [f"{verb}  {planned.config.name} ({planned.config.type.lower()}){also}", *(f"    {one}" for one in planned.changes)]


def counted_plan(todo: Sequence[Planned], project: str, url: str) -> str:
    """What there is to do, in a line."""
    counts = (sum(one.known is None for one in todo), sum(one.known is not None and one.writes for one in todo))
    return f"{counts[0]} to make, {counts[1]} to change, {sum(one.assign for one in todo)} to assign to {project} on {url}"


def refuse_orphans(plan: Sequence[Planned], file: str) -> None:
    """Raises RubricError where answers, there or here, would fit no more."""
    found = []
    for one in plan:
        for where, counts in (("on the server", one.orphans_there), ("here", one.orphans_here)):
            found += [f"{one.config.name} = {label} on {count} {where}" for label, count in counts.items()]
    if found:
        raise RubricError(
            f"Labels are in use that this would orphan: {', '.join(found)}.",
            f"Everybody moves their own first: annotator rubric migrate {file} --moves MOVES, then annotator push; or keep the labels.",
        )


def carry_out(planned: Planned, server: ConfigServer) -> None:
    """Make or replace the config, and assign it. What was done before an error stays done; planning again finds the rest."""
    config_id = planned.config.config_id
    if planned.writes:
        config_id = server.put_config(planned.config).config_id
    if planned.assign and config_id is not None:
        server.assign_config(config_id)


def offered(configs: Sequence[ServerConfig], names: Collection[str] = ()) -> list[AnnotationConfig]:
    """The configs that are assigned to the project, else all, oldest first; and those of the given names."""
    assigned = [row for row in configs if row.assigned] or configs
    return [row.config for row in configs if row in assigned or row.config.name in names]


def pulled(configs: Sequence[AnnotationConfig], known: Rubric | None) -> Rubric:
    """A rubric of a server's configs. One that is known keeps its order, and all that the server does not hold; what is new comes last."""
    if known is None:
        return from_server([replace(config, config_id=None) for config in configs])
    there = {config.name: config for config in configs}
    kept = [_merged(criterion, there.get(criterion.name)) for criterion in known.criteria]
    fresh = [replace(config, config_id=None) for config in configs if known.criterion(config.name) is None]
    return replace(known, criteria=(*kept, *from_server(fresh).criteria))


def _merged(criterion: Criterion, there: AnnotationConfig | None) -> Criterion:
    """The config of the file, made what the server has it; a criterion whose config the server does not have stays."""
    own = criterion.config
    if there is None or held(there) == held(own):
        return criterion
    config = replace(there, config_id=None)
    if isinstance(config, CategoricalConfig) and isinstance(own, CategoricalConfig):
        values = {value.label: value for value in own.values}
        config = replace(config, values=tuple(_value(value, values.get(value.label)) for value in config.values))
    if isinstance(config, ContinuousConfig) and isinstance(own, ContinuousConfig):
        config = replace(config, step=own.step)
    if not isinstance(config, FreeformConfig) and own.optimization_direction is None and config.optimization_direction == "NONE":
        config = replace(config, optimization_direction=None)
    return replace(criterion, config=config)


def _value(there: Value, own: Value | None) -> Value:
    return there if own is None else replace(own, score=there.score)

"""Annotation configs: listed, made, replaced by id and assigned to a project; and the rows that were made by one."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from annotator.domain.annotation import TargetKind
from annotator.domain.annotation_config import AnnotationConfig, CategoricalConfig, ContinuousConfig, FreeformConfig
from annotator.domain.source import ServerConfig, ServerRow
from annotator.errors import NotPhoenix, OutcomeUnknown, RejectedRow, RubricError, ServerError
from annotator.sources.phoenix.annotations import read_rows
from annotator.sources.phoenix.client import Client, Params
from annotator.sources.phoenix.graphql import ask
from annotator.sources.phoenix.listing import Progress, pages
from annotator.sources.phoenix.projects import project_id
from annotator.sources.phoenix.wire import Config, ConfigPage, ListPage

ASSIGNED_SINCE = (17, 16)
FILTERED_SINCE = (20, 12)
CONFIGS = "/v1/annotation_configs"
MOST_SPANS = 1_000_000
COUNTS = """query($id: ID!) { node(id: $id) { ... on Project {
  span: spanAnnotationNameCounts { name count } trace: traceAnnotationNameCounts { name count }
  session: sessionAnnotationNameCounts { name count } documents: documentEvaluationNames } } }"""


def list_configs(client: Client, project: str) -> list[ServerConfig]:
    """GET of all, which come newest first, and of the project's ('' for none); types that came after 20.26 are left out."""
    assigned: set[str] = set()
    known = list(_configs(client, CONFIGS))
    if project:
        try:
            assigned = {config.id for config in _configs(client, f"{project}/annotation_configs")}
        except NotPhoenix:
            if not client.older_than(*ASSIGNED_SINCE):
                raise
    read = ((config.config(), config.id in assigned) for config in reversed(known))
    return [ServerConfig(config, is_assigned) for config, is_assigned in read if config is not None]


def _configs(client: Client, path: str) -> Iterator[Config]:
    for page in pages(client, path, ConfigPage, [("limit", 100)]):
        yield from page.data


def put_config(client: Client, config: AnnotationConfig) -> AnnotationConfig:
    """POST, or PUT of the whole by id: a name may hold a slash, which falls through to the web page."""
    try:
        if config.config_id is None:
            answer = client.post(CONFIGS, _body(config))
        else:
            answer = client.put(f"{CONFIGS}/{quote(config.config_id, safe='')}", _body(config))
    except RejectedRow as error:
        said = error.title.partition("refuses a row ")[2] or error.title
        raise RubricError(f"{client.url} refuses the config {config.name!r} {said}", "Change it in the file, then push again.") from error
    try:
        made = Config.model_validate(answer["data"]).config()
    except (ValidationError, KeyError, TypeError):
        made = None
    if made is None:
        raise OutcomeUnknown(
            f"{client.url} does not say what it did with the config {config.name!r}.", "Push again: what is there is compared."
        )
    return made


def assign_config(client: Client, project: str, config_id: str) -> None:
    """PUT /v1/projects/P/annotation_configs/ID, idempotent."""
    try:
        client.put(f"{project}/annotation_configs/{quote(config_id, safe='')}", {})
    except NotPhoenix as error:
        if client.older_than(*ASSIGNED_SINCE):
            raise RubricError(
                f"Phoenix {client.version} assigns no configs to projects: 17.16 does.", "Update it, or leave --assign out."
            ) from error
        raise


def _body(config: AnnotationConfig) -> dict[str, Any]:
    """A server wants a direction, except of a text."""
    direction = config.optimization_direction or (None if isinstance(config, FreeformConfig) else "NONE")
    body = {"name": config.name, "type": config.type, "description": config.description or None, "optimization_direction": direction}
    if isinstance(config, CategoricalConfig):
        return {**body, "values": [{"label": value.label, "score": value.score} for value in config.values]}
    bounds = {"lower_bound": config.lower_bound, "upper_bound": config.upper_bound}
    return {**body, **bounds} if isinstance(config, ContinuousConfig) else {**body, **bounds, "threshold": config.threshold}


class _Ids(ListPage):
    """A page of traces or sessions."""

    data: list[dict[str, Any]]


def rows_named(client: Client, project: str, project_name: str, name: str) -> list[ServerRow]:
    """Counted first (GraphQL), since most names have rows on one kind of target, then read on the targets that have any.

    REST lists rows by target alone. Raises ServerError where the server does not say where they are.
    """
    try:
        counts = ask(client, COUNTS, {"id": project_id(project)})["node"]
        kinds: list[TargetKind] = [kind for kind in ("span", "trace", "session") if any(row["name"] == name for row in counts[kind])]
        if name in counts["documents"]:
            kinds.append("document")
    except (KeyError, TypeError) as error:
        raise NotPhoenix(f"{client.url} does not count its annotations.", "Update Phoenix to 20.26 or newer.") from error
    found: list[ServerRow] = []
    for kind in kinds:
        ids = _spans(client, project_name, kind, name) if kind in ("span", "document") else _listed(client, project, kind, name)
        found += [row for row in read_rows(client, project, kind, ids, [name], []) if row.annotation.name == name]
    return found


def _spans(client: Client, project_name: str, kind: TargetKind, name: str) -> list[str]:
    """POST /v1/spans (since 4.0); of documents, the spans that have such an evaluation cannot be asked for, only those that retrieve."""
    judged = f"annotations[{name!r}].label is not None or annotations[{name!r}].score is not None"
    judged = f"{judged} or annotations[{name!r}].explanation is not None"
    condition = judged if kind == "span" else "span_kind in ['RETRIEVER', 'RERANKER']"
    query = {"filter": {"condition": condition}, "select": {"context.span_id": {"key": "context.span_id"}}}
    try:
        [table] = client.tables("/v1/spans", {"queries": [query], "limit": MOST_SPANS, "project_name": project_name})
        return [next(value for key, value in row.items() if key.endswith("span_id")) for row in table["data"]]
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise NotPhoenix(f"{client.url} does not say which spans have {name}.", "Update Phoenix to 20.26 or newer.") from error


def _listed(client: Client, project: str, kind: TargetKind, name: str) -> Sequence[str]:
    """The ids of traces or sessions, those with such a row alone where the server can tell."""
    plural, key, rows = (
        ("traces", "trace_id", "trace_annotations") if kind == "trace" else ("sessions", "session_id", "session_annotations")
    )
    filters: Params = []
    if client.at_least(*FILTERED_SINCE):
        filters = [("filter", f"any(a.name == {name!r} for a in {rows})")]
    try:
        return list(_pages(client, f"{project}/{plural}", key, filters))
    except ServerError:
        if not filters:
            raise
        return list(_pages(client, f"{project}/{plural}", key, ()))


def _pages(client: Client, path: str, key: str, query: Params) -> Iterator[str]:
    progress, cursor = Progress(client, path), ""
    while True:
        page = client.get(path, _Ids, [*query, ("limit", 100), *([("cursor", cursor)] if cursor else [])])
        ids = [str(row[key]) for row in page.data]
        yield from ids
        cursor = page.next_cursor or ""
        if not cursor:
            return
        progress.check(cursor, tuple(ids))

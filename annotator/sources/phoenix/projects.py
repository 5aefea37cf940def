"""Projects by name. Paths carry the project's id: a name may hold a slash, which falls through to the web page."""

from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import quote, unquote

from annotator.errors import ProjectNotFound
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.listing import pages
from annotator.sources.phoenix.wire import Project, ProjectPage


def list_projects(client: Client, experiments: bool = False) -> Iterator[Project]:
    """GET /v1/projects, newest first; with `experiments` those that hold the traces of experiments too."""
    more = [("include_experiment_projects", "true")] if experiments else []
    for page in pages(client, "/v1/projects", ProjectPage, [("limit", 100), *more]):
        yield from page.data


def project_id(path: str) -> str:
    """The GraphQL id in `/v1/projects/ID`."""
    return unquote(path.rpartition("/")[2])


def project_path(client: Client, name: str) -> str:
    """`/v1/projects/ID`. Raises ProjectNotFound with the nearest names."""
    if not name:
        raise ProjectNotFound(f"No project of {client.url} is chosen.", "Choose one with --project.")
    names: list[str] = []
    for project in list_projects(client, experiments=True):
        if project.name == name:
            return f"/v1/projects/{quote(project.id, safe='')}"
        names.append(project.name)
    folded = {known.casefold(): known for known in names}
    near = [folded[known] for known in get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    if near:
        advice = f"Did you mean {' or '.join(near)}?"
    else:
        advice = f"It has: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}." if names else "It has no project yet: send it traces."
    raise ProjectNotFound(f"{client.url} has no project {name!r}.", advice)

"""Which rubric a queue gets: a file's, else the project's configs, else the server's, else the built-in one."""

import difflib
from collections.abc import Sequence

from annotator.domain.record import record
from annotator.domain.rubric import BUILT_IN, Rubric, from_server
from annotator.domain.source import ServerConfig
from annotator.errors import RubricError

END_USER_CONFIG = "user_feedback"
"""Every fresh Phoenix has this config, for the thumbs of end users; it is offered, never taken by itself."""
MOST = 5
"""More configs than this slow a reviewer down: which ones is asked."""


@record
class Offer:
    """What a server's configs come to: a rubric, or a question."""

    rubric: Rubric | None
    choices: tuple[ServerConfig, ...] = ()
    """Set where a person has to choose."""
    note: str = ""


def offer(configs: Sequence[ServerConfig], chosen: Sequence[str]) -> Offer:
    """The rubric of a server's configs (oldest first); `chosen` are the names given with --config."""
    if chosen:
        return Offer(from_server([_named(name, configs).config for name in chosen]))
    assigned = [row for row in configs if row.assigned]
    candidates = assigned or [row for row in configs if row.config.name != END_USER_CONFIG]
    if len(candidates) > MOST:
        return Offer(None, tuple(candidates))
    if candidates:
        return Offer(from_server([row.config for row in candidates]))
    left_out = f"; {END_USER_CONFIG} is on the server: --config {END_USER_CONFIG} takes it" if configs else ""
    return Offer(BUILT_IN, note=f"the server has no annotation configs for reviewers: asking pass or fail{left_out}")


def _named(name: str, configs: Sequence[ServerConfig]) -> ServerConfig:
    for row in configs:
        if row.config.name == name:
            return row
    names = [row.config.name for row in configs]
    near = difflib.get_close_matches(name, names, 1)
    advice = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(names) or 'none'}."
    raise RubricError(f"The server has no annotation config {name!r}.", advice)

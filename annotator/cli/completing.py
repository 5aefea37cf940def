"""Shell completion by argcomplete: the shell runs the program with `_ARGCOMPLETE` set, for the words that may come next."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import argcomplete

from annotator.cli import place
from annotator.config.paths import paths
from annotator.errors import AnnotatorError
from annotator.keymap.load import names


def complete(known: argparse.ArgumentParser) -> None:
    """Print the words that fit what was typed, and end the program; where nobody asks for that, nothing."""
    for action in _actions(known):
        offers = next((OFFERS[word] for word in (*action.option_strings, action.dest) if word in OFFERS), None)
        if offers is not None:
            action.completer = offers  # type: ignore[attr-defined]
    argcomplete.autocomplete(known)


def queue_names(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """Of the store that is meant; a store is never made for it."""
    parsed_args.store = getattr(parsed_args, "store", None)
    path: Path = place.store_path(parsed_args)
    try:
        return [queue.name for queue in place.open_store(path).queues()] if path.exists() else []
    except AnnotatorError:
        return []


def keymap_names(**_: Any) -> list[str]:
    return list(names(paths().keymaps))


OFFERS: Mapping[str, Callable[..., list[str]]] = {"--queue": queue_names, "name": queue_names, "--keymap": keymap_names}
"""By option, or by what a positional argument is called; anything else is completed as a file."""


def _actions(known: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in known._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from _actions(verb)

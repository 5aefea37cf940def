"""Who judges: `--as`, the server's user, the kept name, or an answer."""

import argparse
from collections.abc import Iterable

from annotator.cli import asking
from annotator.config.paths import paths
from annotator.config.settings import load_settings, save_name
from annotator.domain.annotation import ADJUDICATED, RECHECK
from annotator.domain.outbox import Account
from annotator.domain.source import ServerUser
from annotator.errors import IdentityError


def kept_name() -> str | None:
    return load_settings(paths().config).name or None


def name_of(args: argparse.Namespace, user: ServerUser | None) -> str:
    """`--as`, the server's user, the kept name, or asked once."""
    name = args.annotator or (user.name if user and user.user_id else None) or kept_name()
    if name is None:
        name = asking.ask_name(is_name)
        if name is None:
            raise IdentityError("Nobody said who is judging.", "Say --as NAME, or set ANNOTATOR_NAME.")
        save_name(paths().config, name)
    if not is_name(name):
        kept = f", or change it in {paths().config}" if name == kept_name() else ""
        raise IdentityError(f"{name!r} is not a name.", f"Say --as NAME with plain characters{kept}.")
    return role_of(args, str(name).strip())


def is_name(text: str) -> bool:
    """Something that can be seen, no key that was pressed while the name was asked for, and nobody's second role."""
    return bool(text.strip()) and text.isprintable() and not text.strip().endswith((ADJUDICATED, RECHECK))


def role_of(args: argparse.Namespace, name: str) -> str:
    """Who settles what others disagreed on has verdicts of their own beside those that they gave first."""
    return name + ADJUDICATED if getattr(args, "adjudicate", False) and not name.endswith(ADJUDICATED) else name


def sole(accounts: Iterable[Account]) -> str | None:
    """The only person who judges; None where there are several."""
    names = {account.annotator for account in accounts if not account.annotator.endswith(ADJUDICATED)}
    return names.pop() if len(names) == 1 else None


def name_if_known(args: argparse.Namespace, user: ServerUser | None) -> str:
    """`name_of`, or '' where no name is needed and none is known."""
    named = args.annotator is not None or (user and user.user_id and user.name) or kept_name()
    return "" if nameless(args) and not named else name_of(args, user)


def nameless(args: argparse.Namespace) -> bool:
    return getattr(args, "nameless", False)


def identifier_of(name: str) -> str:
    return f"annotator:{name}" if name else ""

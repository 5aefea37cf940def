"""Under whose account rows go to a server that nobody judged just now, and sending them at once."""

import argparse
from typing import TYPE_CHECKING

from annotator.cli import naming, place, push, servers

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


def sender(args: argparse.Namespace, store: "SqliteStore", server: str, project: str) -> str:
    """The person whose account is known there; else the server is asked whose key this is."""
    accounts = store.accounts(server)
    known = args.annotator or naming.kept_name() or naming.sole(accounts)
    if any(account.annotator == known for account in accounts):
        return str(known)
    from annotator.workflow.sync import contact

    user = servers.connector(servers.kept_server(server))(project).user()
    return contact(store, server, naming.name_of(args, user), user).annotator


def send(args: argparse.Namespace, store: "SqliteStore", server: str) -> int:
    """All that waits for the server; the exit code."""
    sent, code = push.drain(store, server, place.store_path(args))
    return push.tell(store, sent, code)

"""`annotator keys`: the key table, checked."""

import argparse
from typing import Any

from annotator.cli import options
from annotator.config.paths import paths
from annotator.config.settings import load_settings


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "keys",
        help="the key table; checks keymaps",
        description="Print the keys of a keymap. A keymap with a mistake is one error and exit code 2.",
        epilog="example: annotator keys --keymap vim",
    )
    options.common(verb)
    verb.add_argument("--keymap", metavar="NAME", help="a shipped keymap, one of your own, or a file")
    verb.add_argument("--markdown", action="store_true", help="as Markdown tables")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.keymap.commands import CONTEXTS
    from annotator.keymap.keymap import markdown
    from annotator.keymap.load import load, names

    places = paths()
    user = places.keymaps
    keymap = load(args.keymap or load_settings(places.config).keymap, user)
    if args.markdown:
        print(markdown(keymap), end="")
        return 0
    for context, title in CONTEXTS.items():
        print(f"{title} [{context}]")
        for row in keymap.table():
            if row.context == context:
                print(f"  {' '.join(row.keys):<22}  {row.command:<20}{row.help}")
        print()
    print(f"keymaps: {', '.join(names(user))}")
    return 0

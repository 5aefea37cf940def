"""`annotator where`: the files that annotator reads and writes."""

import argparse
from typing import Any

from annotator.cli import options, place
from annotator.config.paths import paths


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "where",
        help="config, store, keymap and log paths",
        description="The files that annotator reads and writes.",
        epilog="example: annotator where",
    )
    options.common(verb)
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.keymap.load import shipped

    places = paths()
    print(f"config           {places.config}")
    print(f"store            {place.store_path(args)}")
    print(f"keymaps          {places.keymaps}")
    print(f"shipped keymaps  {shipped()}")
    print(f"log              {args.log or places.log} (with --log)")
    return 0

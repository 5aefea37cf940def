"""`annotator demo`: sample traces in a throw-away store."""

import argparse
import gc
import tempfile
from pathlib import Path
from typing import Any

from annotator.cli import place, review
from annotator.cli.opening import Opened
from annotator.config.paths import SAMPLE_RUBRIC, SAMPLE_TRACES
from annotator.config.rubric_file import load_rubric
from annotator.domain.queue import Selection, SourceRef

NAME = "demo"


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "demo",
        help="try it: sample traces, no network, no set-up",
        description="Review bundled sample traces in a throw-away store.",
        epilog="example: annotator demo --keymap vim",
    )
    verb.add_argument("--keymap", metavar="NAME", help="a shipped keymap, one of your own, or a file")
    verb.add_argument("--log", metavar="FILE", help="write diagnostics there")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    gc.disable()  # as in review
    review.need_terminal()
    with tempfile.TemporaryDirectory(prefix="annotator-demo-") as folder:
        path = Path(folder) / "demo.db"
        store = place.open_store(path)
        location = str(SAMPLE_TRACES)
        queue = store.create(NAME, SourceRef(location), Selection(), load_rubric(SAMPLE_RUBRIC))
        store.close()

        def source() -> Any:
            from annotator.sources.files import Files

            return Files(location)

        opened = Opened(queue, NAME, f"annotator:{NAME}", None, source, "sample traces; what you judge here is thrown away")
        return review.show(args, path, opened)

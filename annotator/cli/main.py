"""`annotator VERB …`: parse, run, and turn every error into two lines and an exit code."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from annotator import __version__
from annotator.cli.saying import say
from annotator.errors import AnnotatorError

VERBS = {
    "demo": "demo", "review": "review", "pull": "pull", "push": "push", "status": "status", "list": "list_items", "show": "show",
    "annotate": "annotate", "keys": "keys", "queue": "queues", "store": "store", "where": "where",
}  # fmt: skip
"""Verb to its module. Only that of the verb which is run is imported: all of them take 15 ms."""
EPILOG = """examples:
  annotator demo                                   try it: sample traces, no set-up
  annotator review http://127.0.0.1:6006           review a project of a Phoenix server
  annotator review traces.jsonl --rubric r.toml    review a file

exit codes: 0 done, 1 something needs a person, 2 usage, 3 server out of reach, 130 interrupted"""


class Parser(argparse.ArgumentParser):
    """Its errors are two lines, as all others are."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"annotator: {message}\n  {self.prog} --help shows what there is.\n")


def parser(verb: str = "") -> argparse.ArgumentParser:
    """The command line of one verb; the whole where `verb` is none."""
    top = Parser(
        prog="annotator",
        description="Review LLM traces in the terminal: one key a verdict, nothing lost, synced to Arize Phoenix.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"annotator {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB")
    for name in [verb] if verb in VERBS else VERBS:
        import_module(f"annotator.cli.{VERBS[name]}").add(verbs)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = sys.argv[1:] if argv is None else argv
    known = parser(words[0] if words else "")
    args = known.parse_args(words)
    if args.verb is None:
        known.print_help(sys.stderr)
        return 2
    logging.getLogger("annotator").addHandler(logging.NullHandler())  # without one, tracebacks would go to stderr
    if log := getattr(args, "log", None):
        _log_to(log)
    try:
        return int(args.run(args))
    except AnnotatorError as error:
        logging.getLogger("annotator").info("stopped", exc_info=True)
        say(f"annotator: {error.title}", aside=True)
        if error.advice:
            say(f"  {error.advice}", aside=True)
        return error.exit_code
    except KeyboardInterrupt:
        print("annotator: interrupted; what was stored is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        logging.getLogger("annotator").exception("unexpected")
        where_to = f"It is in {log}." if log else "Run it again with --log FILE and report what the file says."
        say(f"annotator: unexpected {type(error).__name__}: {error}", aside=True)
        say(f"  Nothing that was stored is lost. {where_to}", aside=True)
        return 1


def _log_to(path: str) -> None:
    """Tracebacks and requests, never payloads or keys; rotated at 1 MB."""
    from logging.handlers import RotatingFileHandler

    logger = logging.getLogger("annotator")
    logger.setLevel(logging.DEBUG)
    target = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(target)


if __name__ == "__main__":
    sys.exit(main())

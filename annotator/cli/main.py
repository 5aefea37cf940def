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
from annotator.errors import AnnotatorError, FilterError

VERBS = {
    "demo": "demo", "review": "review", "pull": "pull", "push": "push", "status": "status", "list": "list_items", "show": "show",
    "annotate": "annotate", "import": "import_annotations", "export": "export", "report": "report", "handover": "handover",
    "rubric": "rubric", "keys": "keys", "queue": "queues", "store": "store", "where": "where",
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
    if "_ARGCOMPLETE" in os.environ:
        from annotator.cli.completing import complete

        complete(parser())
    known = parser(words[0] if words else "")
    args = known.parse_args(words)
    if args.verb is None:
        known.print_help(sys.stderr)
        return 2
    logging.getLogger("annotator").addHandler(logging.NullHandler())  # without one, tracebacks would go to stderr
    log = getattr(args, "log", None)
    try:
        if log:
            from annotator.cli.log_file import log_to

            log_to(log)
        return int(args.run(args))
    except AnnotatorError as error:
        logging.getLogger("annotator").info("stopped", exc_info=True)
        say(f"annotator: {error.title}", aside=True)
        if isinstance(error, FilterError):
            from annotator.cli.filtering import say_mistake

            say_mistake(error)
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
        say(f"annotator: unexpected {type(error).__name__}", aside=True)  # its words may quote a payload
        say(f"  Nothing that was stored is lost. {where_to}", aside=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""Questions to a person at a terminal, on stderr; without one, the error that names the answer's option."""

import sys
from collections.abc import Callable, Sequence

from annotator.cli.saying import say
from annotator.errors import UsageError
from annotator.text.escape import visible


def interactive() -> bool:
    """A person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_name(is_name: Callable[[str], bool]) -> str | None:
    """Who judges, asked until it is a name; None where nobody can be asked."""
    if not interactive():
        return None
    print("Who is judging? The name goes with every annotation (asked once).", file=sys.stderr)
    while not is_name(name := _line("name: ").strip()):
        if name:
            print("That is not a name: use plain characters.", file=sys.stderr)
    return name


def ask_one(question: str, options: Sequence[str], otherwise: UsageError) -> str:
    """One of the options, by number or name; raises `otherwise` where nobody can be asked."""
    if not interactive():
        raise otherwise
    _show(question, options)
    while True:
        picked = _pick(_line("number or name: "), options)
        if len(picked) == 1:
            return picked[0]


def ask_some(question: str, options: Sequence[str], otherwise: UsageError) -> list[str]:
    """One or more of the options, in the order typed."""
    if not interactive():
        raise otherwise
    _show(question, options)
    while not (picked := _pick(_line("numbers or names, separated by spaces: "), options)):
        pass
    return picked


def agreed(question: str) -> bool:
    """A yes; everything else is a no."""
    print(visible(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show(question: str, options: Sequence[str]) -> None:
    say(question, aside=True)
    for number, option in enumerate(options, 1):
        say(f"  {number:>3}  {option}", aside=True)


def _pick(text: str, options: Sequence[str]) -> list[str]:
    """Numbers and names to options; empty, with a word why, where one is neither."""
    picked: list[str] = [text.strip()] if text.strip() in options else []
    for word in [] if picked else text.replace(",", " ").split():
        if word.isdigit() and 1 <= int(word) <= len(options):
            picked.append(options[int(word) - 1])
        elif word in options:
            picked.append(word)
        else:
            print(f"  {word!r} is not in the list", file=sys.stderr)
            return []
    return list(dict.fromkeys(picked))


def _line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    text = sys.stdin.readline()
    if not text:
        raise KeyboardInterrupt
    return text.rstrip("\n")

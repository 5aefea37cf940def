"""The names of keys: a printable character is its own name, the others are named as Textual names them.

`a`, `A`, `?`, `1`, `space`, `enter`, `f1`; modifiers stand in front as ctrl+, alt+, shift+, in this order: `ctrl+q`, `alt+1`, `shift+left`.
"""

import string
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

NAMED = (
    "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "escape", "tab", "space", "backspace", "delete", "insert",
    *(f"f{n}" for n in range(1, 13)),
)  # fmt: skip
MODIFIERS = ("ctrl", "alt", "shift")
SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape", "ctrl+@": "ctrl+space"}
"""Keys that a terminal without the Kitty protocol cannot tell from another."""

_SHIFTLESS = frozenset({"space", "backspace", "escape"})
"""Pressed with Shift by accident while typing capitals; only the Kitty protocol tells."""
_SYMBOLS = {unicodedata.name(char).lower().replace("-", "_").replace(" ", "_"): char for char in string.punctuation} | {
    "slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_",
    "decimal": ".", "divide": "/", "multiply": "*", "subtract": "-", "add": "+", "equal": "=", "separator": ",",
}  # fmt: skip
"""Textual's names of characters: Unicode's, six of its own, and the numpad's under the Kitty protocol."""
_HABITS = {
    "esc": "escape", "return": "enter", "cr": "enter", "pgup": "pageup", "page_up": "pageup", "pgdn": "pagedown", "pgdown": "pagedown",
    "page_down": "pagedown", "del": "delete", "ins": "insert", "bs": "backspace", "bksp": "backspace", "spacebar": "space", " ": "space",
    "backtab": "shift+tab", "control": "ctrl", "ctl": "ctrl", "option": "alt", "opt": "alt", "meta": "alt",
}  # fmt: skip
_SHORT = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc", "backspace": "Bksp",
    "delete": "Del", "insert": "Ins", "ctrl": "Ctrl+", "alt": "Alt+", "shift": "⇧",
}  # fmt: skip


def split(key: str) -> tuple[list[str], str]:
    """Modifiers and what they modify: 'ctrl+q' to (['ctrl'], 'q'), 'alt++' to (['alt'], '+')."""
    head, _, base = (key[:-1], "", key[-1:]) if key == "+" or key.endswith("++") else key.rpartition("+")
    return [part for part in head.split("+") if part], base


def types(key: str) -> bool:
    """True for a key that puts a character into a text field."""
    return len(key) == 1 or key == "space"


def is_key(key: str) -> bool:
    """True for a name that `key_name` can give."""
    modifiers, base = split(key)
    ordered = [name for name in MODIFIERS if name in modifiers]
    if key in SAME_AS or key != "+".join([*ordered, base]):
        return False
    if base in NAMED:
        return not ("shift" in modifiers and base in _SHIFTLESS)
    if len(base) != 1 or not base.isprintable() or base == " " or "shift" in modifiers:
        return False
    return "ctrl" not in modifiers or not base.isupper()


def key_name(textual_key: str, character: str | None) -> str:
    """Our name of what Textual reports in `Key.key` and `Key.character`; a key that has no name of ours keeps Textual's."""
    modifiers, base = split(textual_key)
    base = _SYMBOLS.get(base, base)
    typed = character and len(character) == 1 and character.isprintable() and "ctrl" not in modifiers
    if typed:
        base = "space" if character == " " else str(character)
    elif "shift" in modifiers and len(base) == 1 and base.isalpha() and "ctrl" not in modifiers:
        base, typed = base.upper(), True
    if typed or base in _SHIFTLESS:
        modifiers = [name for name in modifiers if name != "shift"]
    ours = [name for name in MODIFIERS if name in modifiers]
    key = "+".join([*(name for name in modifiers if name not in ours), *ours, base])
    return SAME_AS.get(key, key)


def display(key: str) -> str:
    """A short form for footers, tables and messages: '←', 'PgUp', 'Ctrl+Q', '⇧Tab'; printable whatever the key."""
    modifiers, base = split(key)
    single = base.upper() if "ctrl" in modifiers else base
    shown = single if len(base) == 1 else _SHORT.get(base, base.capitalize())
    text = "".join(_SHORT.get(name, f"{name.capitalize()}+") for name in modifiers) + shown
    return text if text.isprintable() else ascii(text)[1:-1]


def display_all(keys: Iterable[str]) -> tuple[str, ...]:
    """Each key's short form; all ten digits become '0-9'."""
    shown = tuple(display(key) for key in keys)
    digits = set(string.digits)
    return ("0-9", *(key for key in shown if key not in digits)) if digits <= set(shown) else shown


def nearest(key: str) -> str | None:
    """A key that the writer of an unknown name may have meant."""
    modifiers, base = split(_HABITS.get(key, key).replace("-", "+") if len(key) > 2 else _HABITS.get(key, key))
    modifiers = [_HABITS.get(name.lower(), name.lower()) for name in modifiers]
    if len(base) > 1:
        base = _HABITS.get(base.lower(), _SYMBOLS.get(base.lower(), base.lower()))
        base = base if len(base) == 1 else next(iter(get_close_matches(base, NAMED, 1)), base)
    elif "ctrl" in modifiers:
        base = base.lower()
    guess = key_name("+".join([*modifiers, base]), None)
    return guess if guess != key and is_key(guess) else None

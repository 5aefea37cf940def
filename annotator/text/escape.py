"""What a terminal would obey or hide, made visible."""

import re

_ALONE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (a tab and a newline are text), DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi, line separators
    "\ufe00-\ufe0d\U000e0000-\U000e0fff\U0001d173-\U0001d17a"  # variation selectors without a use, tags
    "\ud800-\udfff]"  # lone surrogates
)
_REPEATED = "(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]"  # a run of variation selectors carries hidden text
HIDDEN = re.compile(f"{_ALONE}|{_REPEATED}")
_HIDDEN_ALONE, _HIDDEN_REPEATED = re.compile(_ALONE), re.compile(_REPEATED)
"""Apart, they run five times as fast."""
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
SHOWN = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U000[0-9a-f]{5}")
"""Matches the escaped form."""
BLANK = " \t\r\n"
"""What may be left out at the ends of a text; what else str.strip takes for white space (U+0085, U+2028) is to be seen."""
GAP = re.compile("[ \t\r\n]+")
"""Not what str.split takes for white space: U+2028 and the C0 separators are to be seen."""
TAB = "    "
PIECE = 100_000
"""Characters that are looked at together: a copy of a large text would be a large copy."""


def visible(text: str) -> str:
    """The text with newlines as its only control character; hidden characters as \\x1b, \\u202e, \\U000e0041; a tab as four spaces."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\t" in text:
        text = text.replace("\t", TAB)
    if all(_is_plain(text[place : place + PIECE]) for place in range(0, len(text), PIECE)):
        return text
    text = _HIDDEN_ALONE.sub(_escaped, text)
    return _HIDDEN_REPEATED.sub(_escaped, text) if "\ufe0e" in text or "\ufe0f" in text else text


def _is_plain(text: str) -> bool:
    """Nothing is hidden in it, by a quick look."""
    if text.isascii():
        return not text.encode().translate(None, _PLAIN)
    if not text.replace("\n", "").isprintable():
        return False
    coded = text.encode()  # isprintable calls variation selectors printable; these are what their UTF-8 begins with
    return b"\xef\xb8" not in coded and b"\xf3\xa0" not in coded


def one_line(text: str) -> str:
    """The same on one line: every run of spaces, tabs and line ends is one space."""
    return visible(" ".join(text.split()) if text.isascii() and text.isprintable() else GAP.sub(" ", text).strip(" "))


def _escaped(match: re.Match[str]) -> str:
    point = ord(match[0])
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"

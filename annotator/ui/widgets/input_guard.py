"""Input that looks like keys and was not pressed by a person: split escape sequences, held keys, pastes.

Pure. Times are monotonic seconds (`event.time`); keys are named as in `annotator.keymap.keys`.
"""

import re

SEQUENCE_GAP = 0.5
"""Seconds between the parts of one escape sequence over a slow line."""
REPEAT_GAP = 0.1
"""Seconds; keyboards repeat a held key every 25 to 50 ms."""
TAP_GAP = 0.06
"""Seconds; below it no finger is down, up and down again, and a keyboard that repeats a held key is."""
HOLD_DELAY = (0.2, 0.8)
"""Seconds after which a held key comes for the second time; from then on it comes every 25 to 92 ms, as the system is set."""
PASTE_BYTES = 32
"""A read of more bytes than this, with a newline in it, is no typing."""
PASTE_GAP = 0.1
"""Seconds after a pasted read in which the next read belongs to it: a terminal takes 4 KB at a time."""

HOLD_GAP = 0.1
"""Seconds after which a `[` that nothing follows was typed by a person: the rest of a split sequence comes in one piece."""

_STARTS = frozenset("[O")
_PARAMETERS = frozenset("0123456789:;<=>?")
_FINALS = frozenset("ABCDFHZ~")
"""The ends of the sequences of keys."""

ANSWER = "\x1b[0n"
"""The terminal's answer to a question for its status: it may come within what is pasted, and is no key of a person."""

_START = "\x1b[200~"
_BRACKET = re.compile("\x1b\\[20[01]~")
_BEGUN = re.compile("\x1b(?:\\[(?:2(?:01?)?)?)?$")
"""What may be the first half of a closing bracket."""
_SEQUENCE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|O[ -~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[P_^X][^\x1b]*\x1b\\\\)")


class EscapeGuard:
    """Swallows the rest of an escape sequence whose Escape came alone, so that `[` `A` never act as commands.

    A `[` may have been typed: whoever asks holds it back for `HOLD_GAP`, and says `let_go` when it acts after all.
    """

    def __init__(self) -> None:
        self._escaped_at = float("-inf")
        self._inside = False
        self._let_go = False
        self._last = float("-inf")
        self.holds = False
        """The key shown last is a `[` that may have been typed."""

    def let_go(self) -> None:
        """Nothing followed the `[`. What may still be the rest of a key's sequence is swallowed."""
        self.holds, self._let_go = False, True

    def swallow(self, key_name: str, at: float) -> bool:
        """True where the key belongs to a split sequence. Every key is to be shown to it, in order."""
        alone, self._let_go, self.holds = self._let_go, False, False
        if key_name == "escape":
            self._escaped_at, self._inside = at, False
            return False
        if self._inside and at - self._last <= SEQUENCE_GAP:
            self._last = at
            self._inside = key_name in _PARAMETERS
            if alone:
                return self._inside or key_name in _FINALS
            return self._inside or key_name == "~" or (len(key_name) == 1 and key_name.isalpha())
        started = key_name in ("alt+[", "alt+O") or (key_name in _STARTS and at - self._escaped_at <= SEQUENCE_GAP)
        self.holds = started and key_name == "["
        self._escaped_at = float("-inf")
        self._inside, self._last = started, at
        return started


class RepeatGuard:
    """After an auto-advance, refuses its key for as long as it keeps coming without a pause: a held key judges one item."""

    def __init__(self) -> None:
        self._key = ""
        self._last = float("-inf")
        self._pause = float("inf")
        """Seconds between its last two arrivals."""
        self._armed = self._in_a_row = self._refused = False

    def advanced(self, key: str, at: float, in_a_row: bool = False) -> None:
        """An auto-advance was caused by this key, which arrived then.

        `in_a_row`: to the next of several that are alike, which a person answers as fast as a finger goes.
        """
        if key != self._key:
            self._pause = float("inf")
        self._key, self._last, self._in_a_row = key, at, in_a_row
        self._armed, self._refused = True, False

    def allow(self, key_name: str, at: float) -> bool:
        """False where the key is still the held one. Each arrival, also a refused one, extends the chain by 100 ms."""
        if key_name != self._key:
            return True
        gap, before = at - self._last, self._pause
        self._last, self._pause = at, gap
        if not self._armed:
            return True
        held = self._refused or gap < TAP_GAP or HOLD_DELAY[0] <= before <= HOLD_DELAY[1] if self._in_a_row else True
        self._armed = self._refused = gap < REPEAT_GAP and held
        return not self._refused


class PasteGuard:
    """Tells a paste from keys in what one read brought, where the terminal does not bracket its pastes."""

    def __init__(self) -> None:
        self._bracketed = False
        self._tail = ""
        self._pasted_at = float("-inf")
        self._answers = 0
        """Held back until the paste has ended, in which the parser would take them for text."""

    def split(self, data: str, at: float) -> tuple[str, str]:
        """What is to be read as keys and reports, and what is a paste; `data` is one read that ended at `at`."""
        bracketed = self._brackets(data.replace(ANSWER, ""))
        if bracketed is not None:
            self._answers += data.count(ANSWER)
            if self._bracketed:
                return bracketed, ""
            answers, self._answers = self._answers, 0
            return bracketed + ANSWER * answers, ""
        text = _SEQUENCE.sub("", data)
        goes_on = at - self._pasted_at < PASTE_GAP and bool(text) and "\x1b" not in data.replace(ANSWER, "")
        if not goes_on and not (len(text.encode()) > PASTE_BYTES and ("\r" in text or "\n" in text)):
            return data, ""
        self._pasted_at = at
        return "".join(_SEQUENCE.findall(data)), text.replace("\r\n", "\n").replace("\r", "\n")

    def _brackets(self, data: str) -> str | None:
        """Data with a bracketed paste, or a part of one, in it; None without. Pasted Escapes go: the parser would make keys of them."""
        inside, earlier, at, parts = self._bracketed, len(self._tail), 0, []
        if inside:  # the tail was held back, since the closing bracket may begin in it
            data, earlier = self._tail + data, 0
        found = list(_BRACKET.finditer(data if inside else self._tail + data))
        for bracket in found:
            start, end, opens = max(0, bracket.start() - earlier), bracket.end() - earlier, bracket[0] == _START
            parts.append(data[at:start].replace("\x1b", "") + data[start:end].lstrip("\x1b" if opens else "") if inside else data[at:end])
            inside, at = opens, end
        self._bracketed, rest = inside, data[at:]
        if inside:
            kept = _BEGUN.search(rest)
            self._tail = kept[0] if kept else ""
            rest = rest[: len(rest) - len(self._tail)].replace("\x1b", "")
        else:
            self._tail = data[1 - len(_START) :]
        return "".join([*parts, rest]) if found or inside else None

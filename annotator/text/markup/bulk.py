"""What no one reads: base64, data URLs and vectors inside a text, as placeholders that say what they are and how large."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from annotator.domain.message import Part
from annotator.text.facts import size

RUN = 256
"""Characters from which a run of base64, or of numbers, is taken for bulk."""
STEP, WINDOW = 200, 56
"""A run of RUN characters covers a window of WINDOW at a multiple of STEP: a text without one costs a look at each."""
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
NUMERIC = "0123456789eE.,+- \n"
_IS_CODED, _IS_NUMERIC = (bytes(chr(code) in letters for code in range(256)) for letters in (ALPHABET, NUMERIC + "A"))
BEFORE = re.compile(r"[\w+/=-]*\Z", re.ASCII)
CODED = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
DATA_URL = re.compile(r"data:(?P<mime>[\w.+-]{1,60}/[\w.+-]{1,90})?(?:;[\w.-]{1,40}=[\w.+-]{1,60})*;base64,")
SHORT_URL = re.compile(DATA_URL.pattern + r"(?P<coded>[A-Za-z0-9+/_-]{32,}={0,2})")
NUMBERS = re.compile(r"[^0-9eE.,+ \n-]")
"""Where numbers end."""
MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
VECTOR_FROM = 32
"""Numbers from which a list is a vector, where one in two has a fraction; four times as many where not."""


class Found(NamedTuple):
    """A piece of bulk: text[start:end]."""

    start: int
    end: int
    placeholder: str
    part: Part | None = None
    """The medium in it."""


def shortened(text: str) -> str:
    """The text with its bulk as placeholders: `[image/png 12 kB inline]`, `[1,536 numbers: 0.01, -0.02, …]`; the same object without."""
    return _replaced(text, bulk(text))


def without_media(text: str) -> str:
    """The same, with vectors left as they are: JSON stays JSON."""
    return _replaced(text, [piece for piece in bulk(text) if piece.part is not None])


def media_in(text: str) -> tuple[Part, ...]:
    """The media that `shortened` leaves placeholders of, in reading order."""
    return tuple(piece.part for piece in bulk(text) if piece.part is not None)


def _replaced(text: str, found: list[Found]) -> str:
    if not found:
        return text
    pieces, at = [], 0
    for piece in found:
        pieces += [text[at : piece.start], piece.placeholder]
        at = piece.end
    return "".join([*pieces, text[at:]])


def bulk(text: str) -> list[Found]:
    """Every piece of bulk, in order."""
    if len(text) < 64:
        return []
    found = list(_runs(text)) if len(text) >= RUN else []
    if ";base64," in text:
        taken = [(piece.start, piece.end) for piece in found]
        for match in SHORT_URL.finditer(text):
            if not any(start < match.end() and end > match.start() for start, end in taken):
                found.append(_medium(match.start(), match.end(), match["coded"], match["mime"]))
        found.sort()
    return found


def _runs(text: str) -> Iterator[Found]:
    done = 0
    for place in _suspects(text):
        if place < done:
            continue
        window = text[place : place + WINDOW]
        if not window.strip(ALPHABET):
            start = place - len(BEFORE.search(text, max(done, place - STEP), place)[0])  # type: ignore[index]
            match = CODED.match(text, start)
            done = match.end() if match else place + 1
            if match and done - start >= RUN and _is_coded(match[0]):
                url = next((url for url in DATA_URL.finditer(text, max(0, start - 300), start) if url.end() == start), None)
                yield _medium(url.start() if url else start, done, match[0], url["mime"] if url else None)
        elif not window.strip(NUMERIC):
            run = NUMBERS.search(text, place)
            start, done = text.rfind("[", max(done, place - STEP), place + 1), run.start() if run else len(text)
            if start >= 0 and text.startswith("]", done) and not text[start + 1 : place].strip(NUMERIC):
                inside = text[start + 1 : done]
                count = inside.count(",") + 1
                if count >= VECTOR_FROM and _is_vector(inside.count("."), count):
                    yield Found(start, done + 1, vector(inside.split(",", 3)[:3], count))


def _suspects(text: str) -> Iterator[int]:
    """The multiples of STEP at which a window may be in a run, by every fourth character of it; all windows are looked at together."""
    coded = numeric = -1
    for offset in range(0, WINDOW, 4):
        looked = text[offset::STEP].encode("ascii", "replace")
        looked += b"A" * (-(-len(text) // STEP) - len(looked))
        coded &= int.from_bytes(looked.translate(_IS_CODED))
        numeric &= int.from_bytes(looked.translate(_IS_NUMERIC))
    marks = (coded | numeric).to_bytes(-(-len(text) // STEP))
    at = marks.find(b"\1")
    while at >= 0:
        yield at * STEP
        at = marks.find(b"\1", at + 1)


def _is_coded(run: str) -> bool:
    """Base64, and not a long word: letters of both cases and digits from its start on, as random bytes have them."""
    head = run[:RUN]
    kinds = sum(map(str.isupper, head)), sum(map(str.islower, head)), sum(map(str.isdigit, head))
    return (min(kinds) >= RUN // 32 and len(set(head)) >= 24) or _mime(head) is not None


def _mime(coded: str) -> str | None:
    """What the first bytes say that it is; None where they say nothing."""
    try:
        head = base64.b64decode(coded[:16].translate(str.maketrans("-_", "+/")))
    except (binascii.Error, ValueError):
        return None
    if head[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(head[8:12])
    return next((mime for magic, mime in MAGIC if head.startswith(magic)), None)


def _medium(start: int, end: int, coded: str, mime: str | None) -> Found:
    mime = mime or _mime(coded)
    count = len(coded.rstrip("=")) * 3 // 4
    family = (mime or "").partition("/")[0]
    part = Part(family if family in ("image", "audio") else "file", "", mime, "inline", count, coded)
    return Found(start, end, f"[{mime or 'base64'} {size(count)} inline]", part)


def is_vector(values: list[Any]) -> bool:
    """A list of numbers that is long enough to be an embedding."""
    if len(values) < VECTOR_FROM or not all(type(value) in (int, float) for value in values):
        return False
    return _is_vector(sum(type(value) is float for value in values), len(values))


def _is_vector(fractions: int, count: int) -> bool:
    return fractions * 2 >= count or count >= 4 * VECTOR_FROM


def vector(first: list[Any], count: int) -> str:
    """[1,536 numbers: 0.01, -0.02, …], of the first few."""
    return f"[{count:,} numbers: {', '.join(str(value).strip() for value in first)}, …]"

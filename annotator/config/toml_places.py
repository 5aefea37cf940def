"""On which line each key of a TOML text stands, which tomllib does not tell."""

import re
import tomllib

Place = tuple[str | int, ...]
"""('config', 0, 'values', 1, 'label'): keys and indexes from the top."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_PLAIN_VALUE = re.compile(r"[^,\]}#\r\n]*")


def places(text: str) -> dict[Place, int]:
    """Every key, table and array element of a text that tomllib has read, with its 1-based line."""
    return Scan(text).found


class Scan:
    """A walk over valid TOML that remembers lines and skips values."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.found: dict[Place, int] = {}
        self.last: dict[Place, int] = {}
        self.stands: list[tuple[Place, int, int]] = []
        """Headers of tables and pairs of their keys and values, in their order: place, and the offsets where each begins and ends."""
        self.comments: list[str] = []
        self.walk()

    def walk(self) -> None:
        table: Place = ()
        while self.skip():
            start = self.at
            if self.take("[["):
                table = self.table(self.keys())
                index = self.last[table] = self.last.get(table, -1) + 1
                table = self.mark((*table, index))
                self.take("]]")
            elif self.take("["):
                table = self.mark(self.table(self.keys()))
                self.take("]")
            else:
                self.stands.append((self.pair(table), start, self.at))
                continue
            self.stands.append((table, start, self.at))

    def table(self, keys: list[str]) -> Place:
        """The table of a header: an array of tables on the way means its newest table."""
        place: Place = ()
        for index, key in enumerate(keys):
            place = (*place, key)
            if index < len(keys) - 1 and place in self.last:
                place = (*place, self.last[place])
        return place

    def pair(self, table: Place) -> Place:
        place = table
        for key in self.keys():
            place = self.mark((*place, key))
        self.skip()
        self.take("=")
        self.value(place)
        return place

    def value(self, place: Place) -> None:
        self.skip()
        if self.take("["):
            index = 0
            while self.skip() and not self.take("]"):
                self.value(self.mark((*place, index)))
                index += 1
                self.skip()
                self.take(",")
        elif self.take("{"):
            while self.skip() and not self.take("}"):
                self.pair(place)
                self.skip()
                self.take(",")
        elif string := _STRING.match(self.text, self.at):
            self.at = string.end()
        elif plain := _PLAIN_VALUE.match(self.text, self.at):
            self.at = plain.end()

    def keys(self) -> list[str]:
        keys = []
        while self.skip():
            quoted, bare = _STRING.match(self.text, self.at), _BARE_KEY.match(self.text, self.at)
            if quoted:
                keys.append(tomllib.loads(f"key = {quoted[0]}")["key"])
            elif bare:
                keys.append(bare[0])
            found = quoted or bare
            if not found:
                break
            dot = _DOT.match(self.text, found.end())
            self.at = dot.end() if dot else found.end()
            if not dot:
                break
        return keys

    def mark(self, place: Place) -> Place:
        """Remember where it was seen first."""
        self.found.setdefault(place, self.text.count("\n", 0, self.at) + 1)
        return place

    def skip(self) -> bool:
        """Past blanks and comments; False at the end."""
        gap = _BLANK.match(self.text, self.at)
        if gap and "#" in gap[0]:
            self.comments += [line.strip() for line in gap[0].split("\n") if line.strip()]
        self.at = gap.end() if gap else self.at
        return self.at < len(self.text)

    def take(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

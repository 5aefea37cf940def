"""Ids for records that have none: made of what they say, so that a file that is loaded again gives the same."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


class ContentIds:
    """For one reading of a file or a folder: equal records get different ids, by their order."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def unfinished(self) -> bool:
        """True once an id was given: reading that began further on would count anew."""
        return bool(self._seen)

    def of(self, record: Mapping[str, Any]) -> tuple[str, str]:
        """A trace id of 32 and a span id of 16 hex digits."""
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)
        made = self._numbered(hashlib.blake2b(text.encode(), digest_size=16).digest())
        return made, made[16:]

    def distinct(self, *given: str) -> int:
        """How many times these ids came before: 0 for the first."""
        return self._count(hashlib.blake2b("\0".join(given).encode("utf-8", "surrogatepass"), digest_size=12).digest())

    def _numbered(self, digest: bytes) -> str:
        count = self._count(digest)
        return (hashlib.blake2b(digest + str(count).encode(), digest_size=16).digest() if count else digest).hex()

    def _count(self, digest: bytes) -> int:
        count = self._seen.get(digest, 0)
        self._seen[digest] = count + 1
        return count

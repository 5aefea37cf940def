"""Splits: which part of a data set an item belongs to, the same whenever it is asked and whatever else is there."""

import math
import re
from hashlib import blake2b

from annotator.domain.annotation import Target
from annotator.domain.record import record
from annotator.errors import UsageError

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""Splits become names of files."""
ADVICE = "Write --split train=0.8,dev=0.1,test=0.1: names, and shares that add up to 1."


@record
class Splits:
    """Names and shares, which add up to 1. Another `seed` deals anew."""

    shares: tuple[tuple[str, float], ...]
    seed: int = 0

    def of(self, target: Target) -> str:
        """By a hash of the target's id alone: documents of one span stay together, and new items move none."""
        digest = blake2b(f"{self.seed}\0{target.id}".encode("utf-8", "replace"), digest_size=8).digest()
        point, end = int.from_bytes(digest, "big") / 2**64, 0.0
        for name, share in self.shares[:-1]:
            end += share
            if point < end:
                return name
        return self.shares[-1][0]


def parse_splits(text: str, seed: int = 0) -> Splits:
    """From `train=0.8,dev=0.1,test=0.1`. Raises UsageError."""
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        if not NAME.fullmatch(name) or name in shares:
            raise UsageError(f"{name!r} is no name of a split{' of its own' if name in shares else ''}.", ADVICE)
        try:
            shares[name] = float(share)
        except ValueError:
            raise UsageError(f"The split {name} has no share: {share!r} is not a number.", ADVICE) from None
        if not 0 < shares[name] <= 1:
            raise UsageError(f"The share of {name} is {share}.", ADVICE)
    if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise UsageError(f"The shares add up to {sum(shares.values()):g}, not to 1.", ADVICE)
    return Splits(tuple(shares.items()), seed)

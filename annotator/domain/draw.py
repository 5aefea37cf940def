"""Chance without a state: a draw follows from a seed, a rule and a target alone, so that filling again takes the same."""

import hashlib

from annotator.domain.annotation import Target


def draw(seed: int, rule: str, target: Target) -> float:
    """At least 0 and below 1, uniform over targets, independent for every seed and rule."""
    text = f"{seed}\0{rule}\0{target.kind}\0{target.id}\0{'' if target.position is None else target.position}"
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=b"queue rule").digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)

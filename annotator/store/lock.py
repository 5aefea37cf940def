"""One drainer at a time: an OS file lock beside the store, which the kernel releases when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def drain_lock(store: Path) -> Iterator[bool]:
    """True inside for the one program that may drain this store's outbox; False, at once, for every other."""
    handle = os.open(store.with_name(store.name + ".drain"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)

"""OS file locks beside the store, which the kernel releases when their holder dies: one drainer at a time, and queues under review."""

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


class QueueLock:
    """A queue's lock while it is held."""

    def __init__(self, handle: int, queue_id: int) -> None:
        self._handle, self._queue_id = handle, queue_id

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Who shares it has it alone inside; False, at once, where somebody else shares it."""
        try:
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._queue_id)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.lockf(self._handle, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, self._queue_id)


@contextmanager
def queue_lock(store: Path, queue_id: int, alone: bool = False) -> Iterator[QueueLock | None]:
    """A queue's rubric stays as it is while reviews of it are open: they share the lock, and who changes the rubric has it alone.

    None, at once, where it is not to be had. One file for all queues: the byte at a queue's id is its lock. A process that closes the
    file gives up all of its locks on it, so a review asks the one that it has.
    """
    handle = os.open(store.with_name(f"{store.name}.queues"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.lockf(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB, 1, queue_id)
        except OSError:
            yield None
        else:
            yield QueueLock(handle, queue_id)
    finally:
        os.close(handle)

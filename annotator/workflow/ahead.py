"""What waits for a server, begun before it is needed."""

import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Iterator[T], Generic[T]):
    """The values of an iterable; a thread is always at the next one while the one before is worked on.

    What the iterable raises is raised where its value would come. A thread that nobody waits for any more ends with its value, or with
    the program.
    """

    def __init__(self, values: Iterable[T]) -> None:
        self._values = iter(values)
        self._begin()

    def _begin(self) -> None:
        self._came: list[T] = []
        self._raised: BaseException | None = None
        self._thread = threading.Thread(target=self._fetch, daemon=True, name="ahead")
        self._thread.start()

    def _fetch(self) -> None:
        try:
            self._came = [next(self._values)]
        except BaseException as error:
            self._raised = error

    def __next__(self) -> T:
        self._thread.join()
        if self._raised is not None:
            raise self._raised
        [value] = self._came
        self._begin()
        return value

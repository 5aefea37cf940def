"""Records behave as frozen dataclasses with slots do."""

from dataclasses import field, replace

import pytest

from annotator.domain.record import record


@record
class Point:
    """A record."""

    x: int
    name: str = ""
    tags: tuple[str, ...] = field(default_factory=tuple)
    key: str = field(default="", repr=False)


@record
class Placed(Point):
    """One with a field more."""

    y: int = 0


@record
class Other:
    """The same fields, another meaning."""

    x: int
    name: str = ""
    tags: tuple[str, ...] = ()
    key: str = ""


def test_records_are_equal_by_their_fields_and_never_to_another_class() -> None:
    assert Point(1, "a") == Point(1, "a")
    assert Point(1, "a") != Point(2, "a")
    assert Point(1, key="k") != Point(1)
    others: list[object] = [Other(1), Placed(1), (1, "", (), "")]
    assert Point(1) not in others
    assert Placed(1, y=2) != Placed(1, y=3)


def test_a_record_is_a_key() -> None:
    assert {Point(1, "a"): "found"}[Point(1, "a")] == "found"
    assert len({Point(1), Point(1), Point(2), Placed(1)}) == 3


def test_replace_makes_another_and_slots_take_no_new_name() -> None:
    point = Point(1, "a", ("t",))
    assert replace(point, x=2) == Point(2, "a", ("t",))
    assert point.x == 1
    with pytest.raises(AttributeError):
        point.colour = "red"  # type: ignore[attr-defined]


def test_a_field_that_is_not_to_be_shown_is_not() -> None:
    assert repr(Placed(1, "a", key="secret", y=2)) == "Placed(x=1, name='a', tags=(), y=2)"

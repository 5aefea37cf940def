"""Splits: the same item in the same split for ever, shares about as asked, and what is no split."""

import pytest

from annotator.domain.annotation import Target
from annotator.domain.splits import parse_splits
from annotator.errors import UsageError

ITEMS = [Target("span", f"{number:016x}") for number in range(20_000)]


def test_shares_are_about_as_asked() -> None:
    splits = parse_splits("train=0.8, dev=0.1, test=0.1")
    dealt = [splits.of(item) for item in ITEMS]
    for name, share in splits.shares:
        assert abs(dealt.count(name) / len(ITEMS) - share) < 0.01


def test_an_item_stays_where_it_is() -> None:
    splits = parse_splits("train=0.8,dev=0.1,test=0.1")
    known = {"0000000000000000": "train", "00000000000000ff": "dev"}
    first = {item.id: splits.of(item) for item in ITEMS[:300]}
    assert {item.id: splits.of(item) for item in reversed(ITEMS)}.items() >= first.items()
    assert known.keys() <= first.keys()
    assert splits.of(Target("document", "ff", 0)) == splits.of(Target("document", "ff", 7)), "documents of one span stay together"


def test_another_seed_deals_anew() -> None:
    one, other = parse_splits("a=0.5,b=0.5"), parse_splits("a=0.5,b=0.5", 1)
    same = sum(one.of(item) == other.of(item) for item in ITEMS)
    assert 0.45 < same / len(ITEMS) < 0.55


@pytest.mark.parametrize(
    "text", ["", "train", "train=x", "train=0.5", "train=0.5,train=0.5", "a/b=1", "train=0,test=1", "train=1.5", "a=1,b=nan"]
)
def test_what_is_no_split(text: str) -> None:
    with pytest.raises(UsageError):
        parse_splits(text)

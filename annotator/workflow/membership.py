"""Putting items into data sets, and taking them out: each one step that can be undone."""

from annotator.domain.queue import Item
from annotator.domain.step import SetMember
from annotator.workflow.judge import Judge

COMMAND, OUT = "dataset", "dataset_out"


def put_in(judge: Judge, item: Item, dataset: str) -> bool:
    """False where the item is in it already, whoever put it there. Raises StoreBusy (nothing stored)."""
    return _set(judge, item, dataset, True)


def take_out(judge: Judge, item: Item, dataset: str) -> bool:
    """False where the item is not in it. Raises StoreBusy (nothing stored)."""
    return _set(judge, item, dataset, False)


def _set(judge: Judge, item: Item, dataset: str, within: bool) -> bool:
    held = judge.store.datasets_of(judge.server, [item.target]).get(item.target, ())
    if (dataset in held) is within:
        return False
    title = f"add to {dataset}" if within else f"take out of {dataset}"
    judge.commit(COMMAND if within else OUT, title, item, "", [SetMember(judge.server, dataset, item.target, within)])
    return True

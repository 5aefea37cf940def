"""How far people and judges agree: figures over numbers, what of the store they are about, and the whole report."""

from typing import Literal, get_args

By = Literal["model", "prompt_version", "tag", "session", "day", "kind"]
"""What items are told apart by. day: of the item's span, in UTC. tag: an item is in the group of each of its tags."""
BYS: tuple[By, ...] = get_args(By)

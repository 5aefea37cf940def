"""What the tokens of a call were: read from a cache, thoughts, sounds."""

from typing import Any

from annotator.reading.nested import fields, whole


def counts(prompt: Any, completion: Any) -> dict[str, int]:
    """Details of the prompt's and of the completion's tokens by name (`cache_read`, `reasoning`, `audio`); zeros are left out.

    A name that both have is the completion's with `_out`.
    """
    found = {name: count for name, value in fields(prompt).items() if (count := whole(value))}
    for name, value in fields(completion).items():
        if count := whole(value):
            found[f"{name}_out" if name in found else name] = count
    return found

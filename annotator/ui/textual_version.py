"""Whether this is a Textual whose private parts are known here."""

import logging
import os
from functools import cache

import textual

TESTED = ("8.2.8",)


@cache
def is_tested() -> bool:
    """False: frames go out as Textual makes them, and the log says so."""
    folder = os.path.dirname(os.path.dirname(textual.__file__))
    if any(os.path.isdir(os.path.join(folder, f"textual-{version}.dist-info")) for version in TESTED):
        return True
    from importlib.metadata import version  # 20 ms to import, and seldom needed

    found = version("textual")
    if found not in TESTED:
        logging.getLogger("annotator").warning("Textual %s was not tested: its own frames are sent, unpaced", found)
    return found in TESTED

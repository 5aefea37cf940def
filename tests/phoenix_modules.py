"""Parts of Phoenix's own code, to compare with, without the whole server that `import phoenix` brings: 7 s of a processor."""

import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def phoenix_module(name: str) -> Any:
    """`phoenix.NAME`. Its dependencies use names that are deprecated, of which nothing is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "phoenix" not in sys.modules:
            found = find_spec("phoenix")
            assert found is not None
            package = ModuleType("phoenix")
            package.__path__ = list(found.submodule_search_locations or ())
            sys.modules["phoenix"] = package
        return import_module(f"phoenix.{name}")

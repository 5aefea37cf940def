"""The judged queue that all of these tests look at; who changes it takes a copy."""

import pytest

from tests.cli.program import Program
from tests.export.scene import judged


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return judged(tmp_path_factory.mktemp("export"))

"""Files are there whole or not at all, whatever happens while they are written."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from annotator.errors import UsageError
from annotator.formats.output import whole_files

WRITER = """
import sys, time
from pathlib import Path
from annotator.formats.output import whole_files
with whole_files([Path("a.jsonl"), Path("b.py")], True) as (one, other):
    one.write(b"half"); one.flush(); print("writing", flush=True); time.sleep(60)
"""


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_both_get_their_names_together(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jsonl", tmp_path / "b.py"]
    with whole_files(paths, False) as (one, other):
        one.write(b"1")
        other.write(b"2")
        assert not any(path.exists() for path in paths)
    assert files(tmp_path) == {"a.jsonl": "1", "b.py": "2"}


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_is_left_of_what_was_cut_off(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "a").write_text("before")
    with pytest.raises(UsageError if isinstance(error, OSError) else type(error)), whole_files([tmp_path / "a"], True) as (stream,):
        stream.write(b"half")
        raise error
    assert files(tmp_path) == {"a": "before"}


def test_one_that_came_meanwhile_stays(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there already"), whole_files([tmp_path / "a", tmp_path / "b"], False):
        (tmp_path / "b").write_text("somebody's")
    assert files(tmp_path) == {"b": "somebody's"}


def test_killed_while_writing_nothing_has_changed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("before")
    with subprocess.Popen([sys.executable, "-c", WRITER], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"writing\n"
        os.kill(process.pid, signal.SIGKILL)
    found = files(tmp_path)
    assert found["a.jsonl"] == "before" and "b.py" not in found
    assert Counter(name.endswith(".part") for name in found) == {False: 1, True: 2}

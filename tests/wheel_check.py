"""What somebody gets who installs annotator: the README's first command, and the built wheel, each in a fresh environment.

`python -m tests.wheel_check`, in a checkout; `.ci/run` does. It ends with an AssertionError where something is missing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.readme.blocks import set_up
from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]
KEYMAPS = {path.name for path in (ROOT / "keymaps").glob("*.toml")}
INSTALL_SECONDS = 600


def main() -> None:
    """Both, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="annotator-wheel-") as name:
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        wheel = build(folder)
        check_content(wheel)
        check_installed(wheel, folder, home)
        check_readme(folder)


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder / "dist"), str(ROOT)], folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def check_content(wheel: Path) -> None:
    """The package, its SQL, samples and keymaps; no tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {str(path.relative_to(ROOT)) for path in (ROOT / "annotator").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {f"annotator/keymaps/{name}" for name in KEYMAPS} <= names, "keymaps are missing in the wheel"
    assert wanted <= names, f"missing in the wheel: {wanted - names}"
    assert {name.split("/")[0].split("-")[0] for name in names} == {"annotator"}, "the wheel holds more than the package"
    print(f"{wheel.name}: {len(names)} files, {len(KEYMAPS)} keymaps")


def check_installed(wheel: Path, folder: Path, home: Path) -> None:
    """The wheel in an environment of its own, far from the checkout."""
    run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    run([str(folder / "venv/bin/pip"), "install", "-q", str(wheel)], folder)
    annotator = folder / "venv/bin/annotator"
    env = {"HOME": str(home)}
    for name in sorted(KEYMAPS):
        assert "Everywhere" in run([str(annotator), "keys", "--keymap", name.removesuffix(".toml")], folder, env)
    shipped = next(line for line in run([str(annotator), "where"], folder, env).splitlines() if line.startswith("shipped keymaps"))
    assert str(folder / "venv") in shipped, shipped
    assert run([str(folder / "venv/bin/python"), "-m", "annotator", "--version"], folder, env).startswith("annotator ")
    judge_once([str(annotator), "demo"], folder, env, 60)
    print("the wheel: keymaps found, the demo starts, one key judges")


def check_readme(folder: Path) -> None:
    """The README's first command as it stands, in a fresh copy."""
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*_cache", ".venv", ".git", "__pycache__", ".hypothesis"))
    command = set_up()[0]
    judge_once(["sh", "-c", command], copy, {}, INSTALL_SECONDS)
    print(f"the README: {command}")


def judge_once(argv: Sequence[str], cwd: Path, env: Mapping[str, str], seconds: float) -> None:
    """Start the demo on a terminal, judge, see the next trace, leave."""
    with Terminal(argv, env=env, cwd=cwd) as terminal:
        terminal.wait_for("1 / 22", seconds)
        terminal.read_until_quiet()
        terminal.send("1")
        terminal.wait_for("2 / 22")
        terminal.leave()


def run(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        argv, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_SECONDS
    )
    assert done.returncode == 0, f"{' '.join(argv)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    main()

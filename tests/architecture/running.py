"""Run the program in a process of its own and see what it imported."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "annotator" / "samples" / "traces.jsonl.gz"
OUTSIDE = ("PHOENIX_", "ANNOTATOR_", "OTEL_", "XDG_")
"""Prefixes of environment variables that would change what the program does."""
_VERB = """
import json, sys
from annotator.cli.main import main
out = sys.argv.pop(1)
try:
    code = main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
with open(out, "w") as file:
    json.dump([code, sorted(sys.modules)], file)
"""
_IMPORT = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), name + "."):
        importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""


def environment(home: Path) -> dict[str, str]:
    """The process's own, with a home of its own and nobody's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE)}
    return inherited | {"HOME": str(home), "ANNOTATOR_STORE": str(home / "annotator.db"), "ANNOTATOR_NAME": "rita", "TZ": "UTC"}


def run_verb(home: Path, arguments: Sequence[str]) -> tuple[str, set[str]]:
    """What `annotator ARGUMENTS` printed and imported; it must succeed."""
    out = home / "modules.json"
    done = _python(_VERB, [str(out), *arguments], environment(home))
    code, modules = json.loads(out.read_text())
    assert code == 0, done.stderr
    return done.stdout, set(modules)


def modules_of(*names: str) -> set[str]:
    """What importing these packages, with every module in them, imports."""
    return set(json.loads(_python(_IMPORT, names, dict(os.environ)).stdout))


def _python(program: str, arguments: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done

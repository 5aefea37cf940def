"""`annotator pull` from a real Phoenix beside curl, which gets the same answers over one connection; and the keys meanwhile."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from annotator.domain.queue import Selection, SourceRef
from annotator.domain.rubric import BUILT_IN
from annotator.domain.source import ServerSettings
from annotator.sources.phoenix.source import Phoenix
from annotator.store.store import open_store
from annotator.workflow.fill import fill
from annotator.workflow.filling import Filling
from annotator.workflow.loading import load
from annotator.workflow.sync import contact
from tests.benchmarks.imports import words
from tests.benchmarks.material import USUAL, copies
from tests.benchmarks.programs import Stage
from tests.benchmarks.served import PROJECT, served, walk
from tests.benchmarks.table import Row, figures
from tests.phoenix_server import PhoenixServer


def measure(stage: Stage, folder: Path, spans: int, rounds: int, keys: int) -> list[Row]:
    """Pulls of a whole project in turns with curl; then the next item while it is fetched behind the screen."""
    with served(folder / "phoenix-fetch", spans) as phoenix:
        same = _asked(folder, phoenix)
        pages, _ = _pages(phoenix, PROJECT)
        seconds: dict[str, list[float]] = {"ours": [], "same": [], "pages": []}
        for number in range(rounds):
            store = folder / f"fetch-{number}.db"
            pull = [sys.executable, "-m", "annotator", "pull", phoenix.url, "--project", PROJECT, "--store", str(store)]
            seconds["ours"].append(_run(stage, pull))
            seconds["same"].append(_run(stage, _curl(folder / "same", same)))
            seconds["pages"].append(_run(stage, _curl(folder / "pages", pages)))
            for path in folder.glob(f"{store.name}*"):
                path.unlink()
        what, ours = f"pull {spans:,} spans from Phoenix", figures(seconds["ours"])
        return [
            Row(what, "s", ours, "curl, the same requests", figures(seconds["same"]), 1 / 0.9),
            Row(what, "s", ours, "curl, pages of 100 spans", figures(seconds["pages"])),
            _size(stage, folder, phoenix),
            *_meanwhile(stage, folder, phoenix, same, spans, keys),
        ]


def _asked(folder: Path, phoenix: PhoenixServer) -> list[str]:
    """Every GET of one pull, in order."""
    urls: list[str] = []
    source = Phoenix(ServerSettings(phoenix.url), PROJECT)
    source._client._http.event_hooks = {"request": [lambda request: urls.append(str(request.url)) if request.method == "GET" else None]}
    with closing(open_store(folder / "asked.db")) as store:
        queue = store.create(PROJECT, SourceRef(phoenix.url, PROJECT, phoenix.url), Selection(), BUILT_IN)
        account = contact(store, phoenix.url, "ann", source.user())
        work = Filling(store, source, queue, account.identifier, source)
        fill(work)
        for _ in load(work, lambda: 0):
            pass
    return urls


def _pages(phoenix: PhoenixServer, project: str) -> tuple[list[str], int]:
    """GET of each page of the project's spans, and the bytes of all answers."""
    urls: list[str] = []
    size = 0
    first = f"{phoenix.url}{phoenix.project_path(project)}/spans?limit=100"
    cursor, url = "", first
    with httpx.Client(timeout=60) as client:
        while not urls or cursor:
            url = f"{first}&cursor={cursor}" if cursor else first
            urls.append(url)
            answer = client.get(url)
            cursor, size = answer.json()["next_cursor"], size + len(answer.content)
    return urls, size


def _size(stage: Stage, folder: Path, phoenix: PhoenixServer) -> Row:
    """What the recorded traces take in the store, and as the server's JSON."""
    phoenix.done("POST", "/v1/projects", {"name": "recorded"})
    spans = list(copies(USUAL, 2_000))
    for start in range(0, len(spans), 500):
        phoenix.done("POST", f"{phoenix.project_path('recorded')}/spans", {"data": spans[start : start + 500]})
    store = folder / "size.db"
    _run(stage, [sys.executable, "-m", "annotator", "pull", phoenix.url, "--project", "recorded", "--store", str(store)])
    _, size = _pages(phoenix, "recorded")
    what = f"store of {len(spans):,} spans from Phoenix"
    return Row(what, "MB", figures([store.stat().st_size / 1e6]), "their JSON", figures([size / 1e6]), 0.4)


def _curl(config: Path, urls: list[str]) -> list[str]:
    config.write_text("".join(f'url = "{url}"\noutput = /dev/null\n' for url in urls))
    return ["curl", "--silent", "--fail", "--globoff", "--config", str(config)]


def _run(stage: Stage, argv: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(argv, env=stage.env, cwd=stage.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def _meanwhile(stage: Stage, folder: Path, phoenix: PhoenixServer, urls: list[str], spans: int, keys: int) -> list[Row]:
    """The next item of a queue that is coming in, and of one that is in, while curl puts the same load on the server."""
    with stage.annotator(folder / "coming.db", phoenix.url, "--project", PROJECT) as program:
        program.first(words(0))
        time.sleep(2)
        busy = walk(program, 1, keys)
        if _whole(folder / "coming.db"):
            raise RuntimeError("all spans were here before all keys were pressed: fewer keys, or more spans")
    with _loaded(folder, urls), stage.annotator(folder / "asked.db", "--offline") as program:
        program.first(words(0))
        idle = walk(program, 1, keys)
    return [Row(f"next item while {spans:,} spans come in", "ms", figures(busy), "curl gets them", figures(idle), 1.5)]


def _whole(path: Path) -> bool:
    with closing(open_store(path)) as store:
        queue = store.queues()[0]
        return queue.complete and not store.missing(queue.id, 0, 1)


@contextmanager
def _loaded(folder: Path, urls: list[str]) -> Iterator[None]:
    """While curl asks for all of them."""
    with subprocess.Popen(_curl(folder / "load", urls), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as curl:
        try:
            yield
        finally:
            curl.kill()

"""The trace's page in the browser: the address is the web client's, and is known offline too."""

import base64
import re
import urllib.request
from pathlib import Path

from tests.end_to_end.workplace import Workplace, at, seed, small
from tests.phoenix_server import PhoenixServer

HEADLESS = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode("utf-8", "replace"))


def test_the_address_is_a_route_of_the_web_client(phoenix: PhoenixServer, work: Workplace) -> None:
    spans = small(2)
    project = seed(phoenix, spans)
    trace_id = spans[0]["context"]["trace_id"]
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric())
    address = f"{phoenix.url}/redirects/traces/{trace_id}"
    with work.review(phoenix.url, "--project", project, "--offline", size=(80, 24), env=HEADLESS) as terminal:
        terminal.wait_for(at(1, 2))
        terminal.send("O")
        shown = terminal.wait_for("No graphical display")
        assert address in "".join(line.strip() for line in shown)
        (copied,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", terminal.raw)
        assert base64.b64decode(copied).decode() == address
        terminal.send("\x1b")
        terminal.wait_for(at(1, 2))
        terminal.leave()
    page = get(address)
    scripts = re.findall(r'(?:src|href)="([^"]+\.js)"', page)
    assert scripts and any("redirects/traces/:" in get(phoenix.url + "/" + script.lstrip("/")) for script in scripts)


def test_with_a_display_the_page_is_opened_and_a_failure_is_said(phoenix: PhoenixServer, work: Workplace, tmp_path: Path) -> None:
    project = seed(phoenix, small(1))
    work.run("pull", phoenix.url, "--project", project, "--rubric", work.rubric())
    opener, opened = tmp_path / "xdg-open", tmp_path / "opened"
    opener.write_text(f'#!/bin/sh\necho "$1" > {opened}\nexit 3\n')
    opener.chmod(0o755)
    env = {"DISPLAY": ":7", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    with work.review(phoenix.url, "--project", project, "--offline", env=env) as terminal:
        terminal.wait_for(at(1, 1))
        terminal.send("O")
        terminal.wait_for("xdg-open could not open")
    assert opened.read_text().startswith(f"{phoenix.url}/redirects/traces/")

"""Text to the clipboard of the terminal that a person sits at, also over SSH: OSC 52, or tmux's own buffer."""

import base64
import subprocess
from collections.abc import Mapping

LONGEST = 74_994
"""Bytes of UTF-8: with more, the sequence has more than the 100,000 bytes that common terminals take."""
TMUX_SECONDS = 1.0
"""tmux is asked on this machine; an answer takes milliseconds."""


def cut(text: str) -> str:
    """As much of the text as a clipboard takes, in whole characters."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= LONGEST else data[:LONGEST].decode("utf-8", "ignore")


def sequences(text: str, environ: Mapping[str, str]) -> str:
    """The bytes that ask a terminal to keep the text: xterm's OSC 52, its payload base64 and nothing else.

    Under tmux also wrapped for the terminal around it: tmux takes the first where `set-clipboard` is on, hands on the second where
    `allow-passthrough` is on, and ignores the other.
    """
    ask = f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode('ascii')}\x07"
    if not environ.get("TMUX"):
        return ask
    doubled = ask.replace("\x1b", "\x1b\x1b")
    return f"{ask}\x1bPtmux;{doubled}\x1b\\"


def to_tmux(text: str, environ: Mapping[str, str]) -> bool:
    """Hand the text to the tmux around us, which keeps it and passes it on (its default, from 3.2); False where that fails."""
    if not environ.get("TMUX"):
        return False
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TMUX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

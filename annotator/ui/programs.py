"""Other programs on this machine: the person's pager, editor, and what opens a page or a file on a graphical display."""

import shutil
import sys
from collections.abc import Mapping

from annotator.errors import UsageError

PAGERS = ("less", "more")
EDITORS = ("nano", "vim", "vi")


def pager(environ: Mapping[str, str]) -> list[str]:
    """$PAGER, else less, else more. Raises UsageError where there is none."""
    command = _command(environ, ("PAGER",), PAGERS)
    # LESS=F would end less at once where the text fits the screen, and nobody would see it
    return [*command, "-+F"] if command[0].rpartition("/")[2] == "less" else command


def editor(environ: Mapping[str, str]) -> list[str]:
    """$VISUAL, $EDITOR, else one of the usual ones. Raises UsageError where there is none."""
    return _command(environ, ("VISUAL", "EDITOR"), EDITORS)


def _command(environ: Mapping[str, str], variables: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
    for variable in variables:
        if given := environ.get(variable, "").strip():
            import shlex

            try:
                command = shlex.split(given)
            except ValueError:
                raise UsageError(f"{variable}={given} is no command line.", "Close its quotes.") from None
            if shutil.which(command[0], path=environ.get("PATH")) is None:
                raise UsageError(f"{variable} names {command[0]}, which is not on this machine.", f"Install it, or set {variable}.")
            return command
    for name in usual:
        if shutil.which(name, path=environ.get("PATH")):
            return [name]
    raise UsageError(f"There is no {', no '.join(usual)} on this machine.", f"Set {variables[-1]} to a program that shows text.")


def opener(environ: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """The program that opens a page or a file on the display where the person sits; None where no display is known."""
    if platform == "darwin":
        return None if "SSH_CONNECTION" in environ else shutil.which("open", path=environ.get("PATH"))
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return shutil.which("xdg-open", path=environ.get("PATH"))
    return None

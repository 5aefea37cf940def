"""What the semantic styles look like: four palettes over the terminal's own background."""

from collections.abc import Mapping
from typing import Literal

from rich.style import Style as RichStyle

from annotator.text.line import Style

Palette = Mapping[Style, RichStyle]
Theme = Literal["terminal", "dark", "light"]


def _palette(**looks: str) -> Palette:
    return {style: RichStyle.parse(look) for style, look in looks.items()}  # type: ignore[misc]


TERMINAL = _palette(
    text="none",
    strong="bold",
    # Two greys of the 256-colour cube that read on black and on white: bright black is invisible in Solarized.
    dim="color(246)",
    faint="color(242)",
    role="bold cyan",
    tool="magenta",
    error="bold red",
    good="green",
    warn="yellow",
    key="bold",
    accent="bold cyan",
    number="yellow",
    string="green",
    name="cyan",
    heading="bold underline",
    emphasis="italic",
    code="cyan",
    link="underline",
    keyword="magenta",
    comment="italic color(246)",
    added="green",
    removed="red",
    escape="magenta reverse",
    match="black on yellow",
    selected="bold reverse",
    evidence="underline yellow",
)
"""The terminal's own 16 colours, so it follows whatever theme the terminal has."""

DARK = _palette(
    text="color(252)",
    strong="bold color(255)",
    dim="color(246)",
    faint="color(243)",
    role="bold color(110)",
    tool="color(182)",
    error="bold color(203)",
    good="color(114)",
    warn="color(179)",
    key="bold color(255)",
    accent="bold color(81)",
    number="color(179)",
    string="color(151)",
    name="color(110)",
    heading="bold underline color(255)",
    emphasis="italic",
    code="color(180)",
    link="underline color(110)",
    keyword="color(176)",
    comment="italic color(246)",
    added="color(114)",
    removed="color(203)",
    escape="color(176) reverse",
    match="color(16) on color(221)",
    selected="bold reverse",
    evidence="underline color(221)",
)
"""For a dark background."""

LIGHT = _palette(
    text="color(235)",
    strong="bold color(16)",
    dim="color(241)",
    faint="color(246)",
    role="bold color(24)",
    tool="color(90)",
    error="bold color(160)",
    good="color(28)",
    warn="color(130)",
    key="bold color(16)",
    accent="bold color(25)",
    number="color(130)",
    string="color(22)",
    name="color(24)",
    heading="bold underline color(16)",
    emphasis="italic",
    code="color(94)",
    link="underline color(24)",
    keyword="color(90)",
    comment="italic color(241)",
    added="color(28)",
    removed="color(160)",
    escape="color(90) reverse",
    match="color(16) on color(221)",
    selected="bold reverse",
    evidence="underline color(130)",
)
"""For a light background."""

NO_COLOR = _palette(
    text="none",
    strong="bold",
    dim="none",
    faint="none",
    role="bold",
    tool="bold",
    error="bold underline",
    good="none",
    warn="bold",
    key="bold",
    accent="bold",
    number="none",
    string="none",
    name="none",
    heading="bold underline",
    emphasis="italic",
    code="none",
    link="underline",
    keyword="bold",
    comment="italic",
    added="none",
    removed="none",
    escape="reverse",
    match="reverse",
    selected="bold reverse",
    evidence="underline",
)
"""Bold, underline and reverse only (no-color.org)."""

THEMES: Mapping[Theme, Palette] = {"terminal": TERMINAL, "dark": DARK, "light": LIGHT}


def palette(theme: Theme, environ: Mapping[str, str]) -> Palette:
    """The palette of a theme; NO_COLOR, set to anything but the empty string, wins."""
    return NO_COLOR if environ.get("NO_COLOR") else THEMES[theme]


def palette_of(app: object) -> Palette:
    """The palette that an app carries as its `palette` attribute, else the terminal's colours."""
    return getattr(app, "palette", TERMINAL)

"""Code coloured by pygments, which takes milliseconds: prepared beside the screen, looked up when a row is drawn."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

from annotator.text.block import Block
from annotator.text.line import Style
from annotator.text.markup.syntax import Mark

LONGEST = 20_000
"""Characters of a piece of code beyond which it stays plain."""
WIDEST = 2_000
"""Characters of a line beyond which its whole piece does: lexers are slow where a line does not end."""
TOGETHER = 100_000
"""Characters that are coloured for one trace."""
KEPT = 200
"""Pieces of code that are remembered."""
LEXERS = {
    **dict.fromkeys(("python", "py", "python3", "py3"), "python"),
    **dict.fromkeys(("javascript", "js", "jsx", "mjs", "node"), "javascript"),
    **dict.fromkeys(("typescript", "ts", "tsx"), "typescript"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh"), "bash"),
    **dict.fromkeys(("console", "shell-session", "shellsession"), "console"),
    **dict.fromkeys(("sql", "postgresql", "postgres", "psql", "mysql", "sqlite"), "sql"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("xml", "svg"), "xml"),
    **dict.fromkeys(("c", "h"), "c"),
    **dict.fromkeys(("cpp", "c++", "hpp", "cc"), "cpp"),
    **dict.fromkeys(("csharp", "cs", "c#"), "csharp"),
    **dict.fromkeys(("go", "golang"), "go"),
    **dict.fromkeys(("rust", "rs"), "rust"),
    **dict.fromkeys(("ruby", "rb"), "ruby"),
    **dict.fromkeys(("kotlin", "kt"), "kotlin"),
    **dict.fromkeys(("powershell", "ps1", "pwsh"), "powershell"),
    **dict.fromkeys(("docker", "dockerfile"), "docker"),
    **dict.fromkeys(("make", "makefile"), "make"),
    **{name: name for name in ("html", "css", "java", "swift", "php", "lua", "r", "scala", "toml", "ini", "graphql", "http", "json5")},
}
"""Languages by the names that people write after a fence; others stay plain. No name looks for a lexer outside pygments."""
STYLES: tuple[tuple[str, Style], ...] = (
    ("Token.Comment", "comment"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Function", "tool"),
    ("Token.Name.Class", "tool"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Attribute", "name"),
    ("Token.Name.Builtin", "name"),
    ("Token.Name.Exception", "name"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Generic.Prompt", "faint"),
)

_known: dict[tuple[str, str], tuple[Mark, ...]] = {}
_lock = Lock()


class Code:
    """The colours of one piece of code: those that were prepared, or one for all of it."""

    def __init__(self, text: str, start: int, end: int, language: str) -> None:
        self._start = start
        lexer = LEXERS.get(language) if end - start <= LONGEST else None
        self._marks = _known.get((lexer, text[start:end]), ()) if lexer else ()
        self._starts = [mark[0] for mark in self._marks]
        self._ends = [mark[1] for mark in self._marks]

    def line(self, begin: int, stop: int) -> Sequence[Mark]:
        start = self._start
        inside = self._marks[bisect_right(self._ends, begin - start) : bisect_left(self._starts, stop - start)]
        return [(first + start, last + start, style) for first, last, style in inside]


def prepare(blocks: Iterable[Block]) -> bool:
    """Colour the code of a trace, as far as it is bounded; True when there was any that was not known. Not for the screen's thread."""
    left, news = TOGETHER, False
    for language, code in _pieces(blocks):
        if (language, code) in _known:
            continue
        left -= len(code)
        if left < 0:
            break
        news = True
        marks = tuple(_marks(language, code))
        with _lock:
            _known[(language, code)] = marks
            while len(_known) > KEPT:
                del _known[next(iter(_known))]
    return news


def _pieces(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """The lexer and the text of every piece of code."""
    from annotator.text.markup.markdown import fences

    for block in blocks:
        text = block.body
        found: Iterable[tuple[str, int, int]] = [(block.syntax, 0, len(text))]
        if block.syntax == "markdown":
            found = ((fence.language, fence.inside, fence.until) for fence in fences(text, 0, len(text)))
        for language, first, last in found:
            if language in LEXERS and 0 < last - first <= LONGEST:
                code = text[first:last]
                if max(map(len, code.split("\n"))) <= WIDEST:
                    yield LEXERS[language], code


def _marks(language: str, code: str) -> Iterator[Mark]:
    from pygments.lexers import get_lexer_by_name

    for start, kind, value in get_lexer_by_name(language).get_tokens_unprocessed(code):
        name = str(kind)
        style = next((style for prefix, style in STYLES if name.startswith(prefix)), None)
        if style and value.strip():
            yield start, start + len(value), style

"""Lines of keys, in every way that TOML writes them."""

from annotator.config.toml_places import places

TEXT = '''# a comment with [brackets] = "and" quotes
top = 1
"quoted.key" = 'a # no comment'
dotted . key = """
many lines [[x]]
""" # after
dates = 2026-01-01T00:00:00
[table.inner]
a = [ # comment
  1,
  { b = "]", c = [2] },

  """
x""",
  4,
]
[[list]]
a = 1
[[list.deep]]
b = 2
[[list.deep]]
b = 3
[[list]]
"a" = {}
[list.more]
x = \'\'\'}
\'\'\'
y = true
'''


def test_every_key_has_its_line() -> None:
    found = places(TEXT)
    lines = TEXT.split("\n")
    expected = {
        ("top",): "top = 1",
        ("quoted.key",): "\"quoted.key\" = 'a # no comment'",
        ("dotted", "key"): 'dotted . key = """',
        ("dates",): "dates = 2026-01-01T00:00:00",
        ("table", "inner"): "[table.inner]",
        ("table", "inner", "a"): "a = [ # comment",
        ("table", "inner", "a", 0): "  1,",
        ("table", "inner", "a", 1, "c", 0): '  { b = "]", c = [2] },',
        ("table", "inner", "a", 2): '  """',
        ("table", "inner", "a", 3): "  4,",
        ("list", 0, "a"): "a = 1",
        ("list", 0, "deep", 0, "b"): "b = 2",
        ("list", 0, "deep", 1, "b"): "b = 3",
        ("list", 1, "a"): '"a" = {}',
        ("list", 1, "more", "x"): "x = '''}",
        ("list", 1, "more", "y"): "y = true",
    }
    assert {place: lines[found[place] - 1] for place in expected} == expected
    assert places(TEXT.replace("\n", "\r\n")) == found

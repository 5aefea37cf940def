"""What travels in a trace as base64, as files."""

import base64
from pathlib import Path

import pytest

from annotator.domain.message import Part
from annotator.errors import BadFile, StoreError
from annotator.workflow.media import decoded, harmless, save, suffix_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(50))


def part(data: bytes = PNG, mime: str | None = "image/png", kind: str = "image") -> Part:
    return Part(kind, mime=mime, source="inline", data=base64.b64encode(data).decode())


def test_a_file_is_new_each_time_and_readable_by_its_owner(tmp_path: Path) -> None:
    paths = [save(part(), tmp_path, "image-0af7") for _ in range(3)]
    assert [path.name for path in paths] == ["image-0af7.png", "image-0af7-2.png", "image-0af7-3.png"]
    assert {path.read_bytes() for path in paths} == {PNG} and paths[0].stat().st_mode & 0o777 == 0o600


def test_a_link_that_waits_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "image.png").symlink_to(tmp_path / "elsewhere")
    assert save(part(), tmp_path, "image").name == "image-2.png" and not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("stem", ["../../etc/passwd", "/etc/passwd", "a\x1b]0;x\x07", "", "....", "-rf", "\u202egnp", "n" * 400])
def test_no_name_leaves_the_folder(stem: str, tmp_path: Path) -> None:
    (folder := tmp_path / "folder").mkdir()
    path = save(part(), folder, stem)
    assert path.parent == folder and list(folder.iterdir()) == [path] and path.name.isascii() and path.name.isprintable()
    assert not path.name.startswith(("-", ".")) and list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("mime", "data", "suffix"),
    [
        ("image/jpeg", b"", ".jpg"), ("IMAGE/PNG; charset=x", b"", ".png"), ("audio/wav", b"", ".wav"), ("application/pdf", b"", ".pdf"),
        (None, PNG, ".png"), (None, b"\xff\xd8\xff\xe0", ".jpg"), (None, b"RIFF\x00\x00\x00\x00WAVEfmt ", ".wav"), (None, b"MZ", ".bin"),
        ("text/html", b"<script>", ".bin"), ("image/svg+xml", b"<svg>", ".bin"), ("application/x-sh", b"#!", ".bin"), ("../x", b"", ".bin"),
        ("image/../../x", b"", ".bin"),
    ],
)  # fmt: skip
def test_the_ending_says_the_type_and_nothing_that_runs(mime: str | None, data: bytes, suffix: str) -> None:
    assert suffix_of(mime, data) == suffix
    assert harmless(Path(f"x{suffix}")) == (suffix != ".bin")


@pytest.mark.parametrize("data", ["aGk=", "aGk", "data:image/png;base64,aGk=", " aG\nk= "])
def test_base64_as_it_is_written_in_the_wild(data: str) -> None:
    assert decoded(Part("image", data=data)) == b"hi"
    assert decoded(Part("image", data="_-8=")) == b"\xff\xef"


@pytest.mark.parametrize("data", ["no base64!", "a", "ä", "====", "aGk=aGk="])
def test_other_data_is_an_error_that_says_so(data: str) -> None:
    with pytest.raises(BadFile, match="no base64"):
        decoded(Part("image", data=data))


def test_data_that_did_not_travel_is_an_error() -> None:
    with pytest.raises(BadFile, match="did not travel"):
        decoded(Part("image", source="https://example.org/x.png"))


def test_a_folder_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        save(part(), tmp_path / "missing", "image")

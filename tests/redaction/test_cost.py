"""Who names no patterns pays nothing."""

from pathlib import Path

from tests.architecture.running import SAMPLES, environment, run_verb


def test_the_package_of_the_patterns_is_imported_only_where_there_are_some(tmp_path: Path) -> None:
    run_verb(tmp_path, ["pull", str(SAMPLES)])
    assert not {"regex", "annotator.text.redact"} & run_verb(tmp_path, ["list", "--json"])[1]
    config = Path(environment(tmp_path)["HOME"]) / ".config" / "annotator" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("name = 'mira'\nredact = []\n")
    assert "regex" not in run_verb(tmp_path, ["list", "--json"])[1]
    config.write_text("redact = ['email']\n")
    assert {"regex", "annotator.text.redact"} <= run_verb(tmp_path, ["list", "--json"])[1]

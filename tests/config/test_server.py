"""Which server and key the environment names; compared with Phoenix's own client where it can be asked."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.config.server import DEFAULT_URL, FoundServer, find_project, find_server, normal_url
from annotator.errors import UsageError
from tests.phoenix_modules import phoenix_module


def find(tmp_path: Path, env: Mapping[str, str], file: str | None = None, url: str = "") -> FoundServer:
    if file is not None:
        (tmp_path / ".env.phoenix").write_text(file)
        (tmp_path / ".env.phoenix").chmod(0o600)
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True, exist_ok=True)
    return find_server(url, env, folder)


def test_nothing_set_is_the_default_and_not_explicit(tmp_path: Path) -> None:
    found = find(tmp_path, {"PHOENIX_API_KEY": "k", "PHOENIX_ENDPOINT": " "})
    assert (found.settings.url, found.settings.api_key, found.explicit) == (DEFAULT_URL, "k", False)
    assert "k" not in repr(found.settings).split()


@pytest.mark.parametrize(
    ("env", "url", "origin"),
    [
        ({"PHOENIX_ENDPOINT": "https://a.com/p/", "PHOENIX_COLLECTOR_ENDPOINT": "http://b"}, "https://a.com/p", "PHOENIX_ENDPOINT"),
        ({"PHOENIX_COLLECTOR_ENDPOINT": "http://b:1/v1/traces", "PHOENIX_HOST": "c"}, "http://b:1", "PHOENIX_COLLECTOR_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://o/s/x/v1/traces/"}, "http://o/s/x", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ({"PHOENIX_BASE_URL": "http://base", "PHOENIX_HOST": "c"}, "http://base", "PHOENIX_BASE_URL"),
        ({"PHOENIX_HOST": "c"}, "http://c:6006", "PHOENIX_HOST"),
        ({"PHOENIX_HOST": "0.0.0.0", "PHOENIX_PORT": "7"}, "http://127.0.0.1:7", "PHOENIX_HOST"),
        ({"PHOENIX_HOST": "c:8"}, "http://c:8", "PHOENIX_HOST"),
        ({"PHOENIX_HOST": "HTTPS://c/x"}, "https://c/x", "PHOENIX_HOST"),
        ({"PHOENIX_PORT": "9"}, "http://127.0.0.1:9", "PHOENIX_HOST"),
        ({"PHOENIX_ENDPOINT": "nonsense", "PHOENIX_HOST": "c"}, "http://c:6006", "PHOENIX_HOST"),
    ],
)
def test_the_order_of_the_variables(tmp_path: Path, env: dict[str, str], url: str, origin: str) -> None:
    found = find(tmp_path, env)
    assert (found.settings.url, found.settings.origin, found.explicit) == (url, origin, True)


def test_a_url_on_the_command_line_wins(tmp_path: Path) -> None:
    found = find(
        tmp_path, {"PHOENIX_ENDPOINT": "http://a", "PHOENIX_API_KEY": "k"}, "PHOENIX_ENDPOINT=http://f\n", "HTTP://Me:80/v1/traces/"
    )
    assert (found.settings.url, found.settings.api_key, found.explicit) == ("http://me", "k", True)


def test_headers_beat_the_key(tmp_path: Path) -> None:
    env = {"PHOENIX_API_KEY": "k", "PHOENIX_CLIENT_HEADERS": "Authorization=Bearer%20x, X-A = b%2Cc ,bad part,x=a%0d%0aevil"}
    found = find(tmp_path, env)
    assert found.settings.headers == {"authorization": "Bearer x", "x-a": "b,c"}
    assert found.settings.api_key == ""
    assert [warning[:6] for warning in found.warnings] == ["Part 3", "Part 4"]
    assert "evil" not in "".join(found.warnings)


def test_a_file_serves_whole_groups(tmp_path: Path) -> None:
    file = "# mine\nexport PHOENIX_ENDPOINT='http://f:1/'\nPHOENIX_API_KEY = \"filekey\"\nOTHER=x\nPHOENIX_EMPTY=\n"
    found = find(tmp_path, {}, file)
    assert (found.settings.url, found.settings.api_key, found.explicit) == ("http://f:1", "filekey", True)
    assert found.settings.origin == f"PHOENIX_ENDPOINT in {tmp_path / '.env.phoenix'}"
    found = find(tmp_path, {"PHOENIX_DISCOVER_CONFIG": "False"})
    assert (found.settings.url, found.settings.api_key, found.explicit) == (DEFAULT_URL, "", False)


def test_a_key_of_the_environment_stays_from_a_server_that_only_a_file_names(tmp_path: Path) -> None:
    for file in ("PHOENIX_ENDPOINT=http://f", "PHOENIX_HOST=f\nPHOENIX_PORT=80"):
        for secret in ("PHOENIX_API_KEY", "PHOENIX_CLIENT_HEADERS"):
            with pytest.raises(UsageError) as raised:
                find(tmp_path, {secret: "x=secret"}, file)
            assert secret in raised.value.title and str(tmp_path / ".env.phoenix") in raised.value.title
            assert "secret" not in raised.value.title
    with pytest.raises(UsageError):
        find(tmp_path, {"PHOENIX_API_KEY": "k", "PHOENIX_HOST": "mine"}, "PHOENIX_ENDPOINT=http://f")
    assert find(tmp_path, {"PHOENIX_API_KEY": "k", "PHOENIX_COLLECTOR_ENDPOINT": "http://f/v1/traces"}).settings.api_key == "k"
    assert find(tmp_path, {"PHOENIX_API_KEY": "k", "PHOENIX_ENDPOINT": "http://mine"}).settings.url == "http://mine"


def test_a_kept_url_that_only_a_file_names_gets_no_key_either(tmp_path: Path) -> None:
    (tmp_path / ".env.phoenix").write_text("PHOENIX_HOST=f\nPHOENIX_PORT=8")
    env = {"PHOENIX_API_KEY": "k"}
    with pytest.raises(UsageError, match="which only"):
        find_server("http://f:8", env, tmp_path, kept=True)
    assert find_server("http://f:8", env, tmp_path).settings.api_key == "k"
    assert find_server("http://other", env, tmp_path, kept=True).settings.api_key == "k"
    assert find_server("http://f:8", {**env, "PHOENIX_ENDPOINT": "http://f:8/"}, tmp_path, kept=True).settings.api_key == "k"


def test_files_that_are_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "deep" / ".env.phoenix"
    path.parent.mkdir()
    os.mkfifo(path)
    found = find(tmp_path, {}, "PHOENIX_ENDPOINT=http://above")
    assert found.settings.url == "http://above"
    assert "no regular file" in found.warnings[0]
    path.unlink()
    path.write_text("PHOENIX_ENDPOINT=http://big\n" + "#" * 64 * 1024)
    found = find(tmp_path, {})
    assert not found.explicit and "64 KiB" in found.warnings[0]
    path.write_bytes(b"\xff")
    path.chmod(0o644)
    assert [("others" in warning, "UTF-8" in warning) for warning in find(tmp_path, {}).warnings] == [(True, False), (False, True)]


@pytest.mark.parametrize("url", ["", "localhost:6006", "ftp://a", "http://", "http://[", "http://a:b", "http://a b", "http://a:99999", "x"])
def test_what_is_no_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="is not the URL of a server"):
        normal_url(url)
    if url:
        with pytest.raises(UsageError, match="PHOENIX_ENDPOINT"):
            find(tmp_path, {"PHOENIX_ENDPOINT": url})


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://LocalHost:6006/", "http://localhost:6006"),
        ("https://a.com:443//v1/traces", "https://a.com"),
        ("http://u:p@A/x/?q=1#f", "http://u:p@a/x"),
        ("http://[::1]:6006/", "http://[::1]:6006"),
        ("http://a/v1/traces/more", "http://a/v1/traces/more"),
    ],
)
def test_one_server_has_one_url(url: str, normal: str) -> None:
    assert normal_url(url) == normal
    assert normal_url(normal) == normal


def test_the_project(tmp_path: Path) -> None:
    assert find_project({"PHOENIX_PROJECT_NAME": "b"}, tmp_path) == "b"
    assert find_project({"PHOENIX_PROJECT_NAME": "b", "PHOENIX_PROJECT": "a"}, tmp_path) == "a"
    (tmp_path / ".env.phoenix").write_text("PHOENIX_PROJECT=f")
    assert find_project({"PHOENIX_PROJECT_NAME": "b"}, tmp_path) == "b"
    assert find_project({}, tmp_path) == "f"


urls = st.sampled_from(["http://one:1", "http://two/sub", "http://three/v1/traces", ""])
hosts = st.sampled_from(["", "0.0.0.0", "box", "box:5", "http://box:6"])
ports = st.sampled_from(["", "7007"])
names = ("PHOENIX_ENDPOINT", "PHOENIX_COLLECTOR_ENDPOINT", "PHOENIX_BASE_URL")
locations = st.fixed_dictionaries({}, optional={**dict.fromkeys(names, urls), "PHOENIX_HOST": hosts, "PHOENIX_PORT": ports})
keys = st.fixed_dictionaries(
    {},
    optional={"PHOENIX_API_KEY": st.sampled_from(["k", ""]), "PHOENIX_CLIENT_HEADERS": st.sampled_from(["", "a=b", "Authorization=x%20y"])},
)
tiers = st.builds(lambda location, key: {**location, **key}, locations, keys)


@pytest.fixture(scope="module")
def phoenix_config() -> Any:
    """The module of Phoenix's client that finds a server."""
    return phoenix_module("client.utils.config")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(tiers, tiers, st.sampled_from(["", "http://otlp:4318/v1/traces"]))
def test_phoenix_client_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phoenix_config: Any, env: dict[str, str], file: dict[str, str], otlp: str
) -> None:
    (tmp_path / ".env.phoenix").write_text("\n".join(f"{key}={value}" for key, value in file.items()))
    (tmp_path / ".env.phoenix").chmod(0o600)
    process = {**env, "OTEL_EXPORTER_OTLP_ENDPOINT": otlp}
    with monkeypatch.context() as patch:
        for key in [key for key in os.environ if key.startswith(("PHOENIX_", "OTEL_"))]:
            patch.delenv(key)
        for key, value in process.items():
            patch.setenv(key, value)
        patch.chdir(tmp_path)
        phoenix_config.clear_env_file_cache()
        url, headers = (
            normal_url(str(phoenix_config.get_base_url()).replace("0.0.0.0", "127.0.0.1")),
            phoenix_config.get_env_client_headers(),
        )
    try:
        found = find_server("", process, tmp_path)
    except UsageError as error:
        assert "would be sent to" in error.title and any(process.get(key) for key in ("PHOENIX_API_KEY", "PHOENIX_CLIENT_HEADERS"))
        assert url in error.title
        return
    ours = dict(found.settings.headers)
    if found.settings.api_key:
        ours["Authorization"] = f"Bearer {found.settings.api_key}"
    assert (found.settings.url, ours) == (url, headers)

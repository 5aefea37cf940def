import secrets

from tests.phoenix_server import PhoenixServer, phoenix_span


def test_what_was_seeded_survives_a_kill(phoenix: PhoenixServer) -> None:
    span = phoenix_span(attributes={"session.id": "s"})
    span_id = span["context"]["span_id"]
    project = f"p {secrets.token_hex(4)}"
    phoenix.seed(project, [span])
    row = {"span_id": span_id, "name": "q", "annotator_kind": "HUMAN", "identifier": "a", "result": {"label": "x"}}
    phoenix.done("POST", "/v1/span_annotations?sync=true", {"data": [row]})
    phoenix.restart()
    assert [row["result"]["label"] for row in phoenix.annotations(project)] == ["x"]
    assert phoenix.annotations(project, identifier="a") == phoenix.annotations(project, [span_id])


def test_every_key_has_its_role(phoenix_with_auth: PhoenixServer) -> None:
    roles = {name: phoenix_with_auth.done("GET", "/v1/user", key=key)["data"]["role"] for name, key in phoenix_with_auth.keys.items()}
    assert roles == {"admin": "ADMIN", "alice": "MEMBER", "viewer": "VIEWER", "system": "SYSTEM"}
    assert phoenix_with_auth.call("GET", "/v1/projects", key="wrong")[0] == 401

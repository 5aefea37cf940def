"""Annotation configs on a server, where they are seen by every test that comes after."""

import secrets
from typing import Any

from tests.phoenix_server import PhoenixServer


class Configs:
    """Those that a test adds; a context manager that deletes them."""

    def __init__(self, server: PhoenixServer) -> None:
        self.server = server
        self.ids: dict[str, str] = {}
        """By name, in the order in which they were added."""

    def __enter__(self) -> "Configs":
        return self

    def __exit__(self, *failure: object) -> None:
        for id_ in self.ids.values():
            self.server.done("DELETE", f"/v1/annotation_configs/{id_}")

    def add(self, kind: str, stem: str, **fields: Any) -> str:
        """The name of a new config, which begins with `stem`; it is to be maximized unless the fields say otherwise."""
        name = f"{stem}-{secrets.token_hex(3)}"
        body = {"name": name, "type": kind, "optimization_direction": "MAXIMIZE", **fields}
        self.ids[name] = self.server.done("POST", "/v1/annotation_configs", body)["data"]["id"]
        return name

    def assign(self, project: str, *names: str) -> None:
        for name in names:
            self.server.done("PUT", f"{self.server.project_path(project)}/annotation_configs/{self.ids[name]}")

"""The users and API keys of a real Phoenix with authentication."""

import json
import secrets
import time
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

PASSWORD = "Annotator-Tests-1"


class PhoenixUsers:
    """A part of PhoenixServer, which brings `url`, `keys` and `call`."""

    url: str
    keys: dict[str, str]

    def call(
        self, method: str, path: str, body: Any = None, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        raise NotImplementedError

    def add_users(self) -> None:
        """Make an admin's and a system key, the member alice and the viewer with a key each; fills `keys`."""
        admin = self._login("admin@localhost", "admin")
        for name, role in (("alice", "MEMBER"), ("viewer", "VIEWER")):
            user = {"email": f"{name}@example.com", "username": name, "role": role, "auth_method": "LOCAL", "password": PASSWORD}
            self._with_cookie(admin, "/v1/users", {"user": user, "send_welcome_email": False})
            cookie = self._login(f"{name}@example.com", PASSWORD)
            self.keys[name] = self._with_cookie(cookie, "/v1/user/api_keys", {"data": {"name": name}})["data"]["key"]
        self.keys["system"] = self._with_cookie(admin, "/v1/system/api_keys", {"data": {"name": "system"}})["data"]["key"]
        self.keys["admin"] = self._with_cookie(admin, "/v1/user/api_keys", {"data": {"name": "admin"}})["data"]["key"]

    def user_key(self, expires_at: str | None = None) -> tuple[str, str]:
        """A new key of alice's: its id, and the key."""
        cookie = self._login("alice@example.com", PASSWORD)
        made = self._with_cookie(cookie, "/v1/user/api_keys", {"data": {"name": secrets.token_hex(4), "expires_at": expires_at}})["data"]
        return made["id"], made["key"]

    def revoke(self, key_id: str) -> None:
        """Of alice's keys."""
        cookie = self._login("alice@example.com", PASSWORD)
        query = "mutation($id: ID!) { deleteUserApiKey(input: {id: $id}) { apiKeyId } }"
        self._with_cookie(cookie, "/graphql", {"query": query, "variables": {"id": key_id}})

    def revoked_key(self) -> str:
        """A key of alice's that was good once."""
        key_id, key = self.user_key()
        self.revoke(key_id)
        return key

    def expired_key(self) -> str:
        """A key of alice's whose time is over."""
        soon = datetime.now(UTC) + timedelta(seconds=1)
        _, key = self.user_key(soon.isoformat())
        deadline = time.monotonic() + 60
        while self.call("GET", "/v1/user", key=key)[0] != 401 and time.monotonic() < deadline:
            time.sleep(0.2)
        return key

    def _login(self, email: str, password: str) -> str:
        body = json.dumps({"email": email, "password": password}).encode()
        request = urllib.request.Request(f"{self.url}/auth/login", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return "; ".join(cookie.split(";")[0] for cookie in response.headers.get_all("Set-Cookie"))

    def _with_cookie(self, cookie: str, path: str, body: Any) -> Any:
        status, content = self.call("POST", path, body, key="", headers={"Cookie": cookie})
        if status not in (200, 201):
            raise RuntimeError(f"POST {path}: {status} {content}")
        return content

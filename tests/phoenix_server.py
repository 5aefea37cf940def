"""A real Phoenix on free ports of this machine, with a folder of its own that outlives a restart."""

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.phoenix_users import PhoenixUsers

READY_SECONDS = 120
SECRET = "annotator-tests-0123456789-0123456789"
PORTS = range(10_000, 32_000)
"""The system gives none of these to whoever asks for any port: one that is chosen, or whose server is away, stays free."""


def free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def phoenix_span(
    name: str = "answer",
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
    parent_id: str | None = None,
    kind: str = "CHAIN",
    start: str = "2026-11-01T12:00:00+00:00",
    ms: int = 1000,
    status: str = "OK",
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A span in the shape of GET and POST /v1/projects/P/spans; new random ids unless given."""
    end = datetime.fromisoformat(start) + timedelta(milliseconds=ms)
    return {
        "name": name,
        "context": {"trace_id": trace_id or secrets.token_hex(16), "span_id": span_id or secrets.token_hex(8)},
        "span_kind": kind,
        "parent_id": parent_id,
        "start_time": start,
        "end_time": end.isoformat(),
        "status_code": status,
        "status_message": "",
        "attributes": dict(attributes or {}),
        "events": [],
    }


class PhoenixServer(PhoenixUsers):
    """`url` answers after start(); stop() drains, kill() does not; restart() keeps port and data."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.grpc_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys: dict[str, str] = {}
        """With authentication: API keys of admin, alice (MEMBER), viewer (VIEWER) and system."""
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "OTEL_"))}
        environment = clean | {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.port),
            "PHOENIX_GRPC_PORT": str(self.grpc_port),
            "PHOENIX_WORKING_DIR": str(self.folder),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }
        with (self.folder / "phoenix.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "phoenix.server.main", "serve"],
                env=environment | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with suppress(OSError, HTTPException):
                if self.call("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.2)
        self.kill()
        raise RuntimeError(f"Phoenix did not start:\n{(self.folder / 'phoenix.log').read_text()[-3000:]}")

    def stop(self) -> None:
        """SIGTERM: requests under way are finished."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: requests under way are lost."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Killed and started again."""
        self.kill()
        self.start()

    def call(
        self, method: str, path: str, body: Any = None, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and content (JSON where it is JSON, else text), by another route than the program's; the admin's key unless given."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        key = self.keys.get("admin", "") if key is None else key
        if key:
            sent["Authorization"] = f"Bearer {key}"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                status, kind, raw = response.status, response.headers.get_content_type(), response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, kind, raw = error.code, error.headers.get_content_type(), error.read()
        return status, json.loads(raw) if kind == "application/json" and raw else raw.decode("utf-8", "replace")

    def done(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """The content of a call that must succeed."""
        status, content = self.call(method, path, body, key)
        if not 200 <= status < 300 or (isinstance(content, dict) and content.get("errors")):
            raise RuntimeError(f"{method} {path}: {status} {content}")
        return content

    def seed(self, project: str, spans: Sequence[Mapping[str, Any]]) -> None:
        """Send Phoenix-shaped spans and wait until the server lists them all."""
        if project not in self.projects():
            self.done("POST", "/v1/projects", {"name": project})
        for start in range(0, len(spans), 200):
            part = spans[start : start + 200]
            self.done("POST", f"{self.project_path(project)}/spans", {"data": part})
        self._wait_for(project, {span["context"]["span_id"] for span in spans})

    def seed_otlp(self, project: str, request: Mapping[str, Any]) -> None:
        """Send an OTLP/JSON ExportTraceServiceRequest ({"resourceSpans": [...]}) and wait until the server lists its spans."""
        copied = json.loads(json.dumps(request))
        wanted: set[str] = set()
        for resource_spans in copied["resourceSpans"]:
            attributes = resource_spans.setdefault("resource", {}).setdefault("attributes", [])
            attributes[:] = [item for item in attributes if item["key"] != "openinference.project.name"]
            attributes.append({"key": "openinference.project.name", "value": {"stringValue": project}})
            for scope_spans in resource_spans["scopeSpans"]:
                for span in scope_spans["spans"]:
                    wanted.add(span["spanId"])
                    # Protobuf's own JSON has base64 where OTLP/JSON has hexadecimal ids.
                    for bearer in (span, *span.get("links", ())):
                        for name in ("traceId", "spanId", "parentSpanId"):
                            if bearer.get(name):
                                bearer[name] = base64.b64encode(bytes.fromhex(bearer[name])).decode()
        message = ParseDict(copied, ExportTraceServiceRequest(), ignore_unknown_fields=True)
        status, answer = self.call("POST", "/v1/traces", message.SerializeToString(), headers={"Content-Type": "application/x-protobuf"})
        if status != 200:
            raise RuntimeError(f"POST /v1/traces: {status} {answer}")
        self._wait_for(project, wanted)

    def _wait_for(self, project: str, span_ids: set[str]) -> None:
        deadline = time.monotonic() + 60
        missing = set(span_ids)
        while missing and time.monotonic() < deadline:
            with suppress(RuntimeError):  # the project comes with its first span
                missing -= self.span_ids(project)
            if missing:
                time.sleep(0.1)
        if missing:
            raise RuntimeError(f"{len(missing)} of {len(span_ids)} spans never appeared in {project}")

    def project_path(self, name: str) -> str:
        """`/v1/projects/ID`: a name may hold a slash, which no path may."""
        ids = self.projects()
        if name not in ids:
            raise RuntimeError(f"no project {name!r}")
        return f"/v1/projects/{quote(ids[name], safe='')}"

    def projects(self) -> dict[str, str]:
        """Ids by name."""
        return {project["name"]: project["id"] for project in self._all("/v1/projects", {"limit": 100})}

    def spans(self, project: str) -> Iterator[dict[str, Any]]:
        """Every span as GET /v1/projects/P/spans has it, newest first."""
        yield from self._all(f"{self.project_path(project)}/spans", {"limit": 1000})

    def span_ids(self, project: str) -> set[str]:
        """Of every span, also of those that make the server fail when their content is asked for."""
        traces = self._all(f"{self.project_path(project)}/traces", {"limit": 1000, "include_spans": "true"})
        return {span["span_id"] for trace in traces for span in trace["spans"]}

    def annotations(
        self, project: str, ids: Sequence[str] = (), kind: str = "span", identifier: str | None = None, names: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Raw annotation rows, notes too, newest first: of these targets (all spans of the project unless given) or under an identifier."""
        query: list[tuple[str, Any]] = [("limit", 1000), *(("include_annotation_names", name) for name in names)]
        if identifier is not None:
            query.append(("identifier", identifier))
        elif kind == "span" and not ids:
            ids = [span["context"]["span_id"] for span in self.spans(project)]
        path = f"{self.project_path(project)}/{kind}_annotations"
        if not ids:
            return list(self._all(path, query))
        rows: list[dict[str, Any]] = []
        for start in range(0, len(ids), 500):
            rows.extend(self._all(path, [*query, *((f"{kind}_ids", target) for target in ids[start : start + 500])]))
        return rows

    def document_annotations(self, span_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The rows on the documents of these spans, in the shape of `annotations`; REST has none."""
        fields = "id name documentPosition identifier annotatorKind label score explanation metadata source user { id username }"
        query = f"query($id: String!) {{ span: getSpanByOtelId(spanId: $id) {{ rows: documentEvaluations {{ {fields} }} }} }}"
        rows = []
        for span_id in span_ids:
            span = self.done("POST", "/graphql", {"query": query, "variables": {"id": span_id}})["data"]["span"]
            for row in span["rows"] if span else ():
                result = {key: row.pop(key) for key in ("label", "score", "explanation")}
                place = {"span_id": span_id, "document_position": row.pop("documentPosition")}
                rows.append({**row, **place, "annotator_kind": row.pop("annotatorKind"), "result": result})
        return rows

    def _all(self, path: str, query: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
        fixed = list(query.items()) if isinstance(query, Mapping) else list(query)
        cursor = None
        while True:
            answer = self.done("GET", f"{path}?{urlencode([*fixed, *([('cursor', cursor)] if cursor else [])])}")
            yield from answer["data"]
            cursor = answer.get("next_cursor")
            if not cursor:
                return

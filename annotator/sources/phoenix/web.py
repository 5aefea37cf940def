"""Addresses of Phoenix's web pages; known without contact."""

import re


def trace_url(server: str) -> str:
    """Where a person sees a trace, whatever its project: `{trace_id}` stands for the OpenTelemetry trace id.

    The web client's route `redirects/traces/:trace_otel_id`, under the server's own sub-path; without a user name and password.
    """
    return f"{re.sub(r'//[^/@]*@', '//', server.rstrip('/'))}/redirects/traces/{{trace_id}}"

"""Traces from files: bytes into spans. What a span's attributes mean is for `reading`."""

from annotator.sources.files.source import Files, describe

__all__ = ["Files", "describe"]

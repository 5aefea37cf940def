"""Arize Phoenix."""

from annotator.sources.phoenix.source import Phoenix

__all__ = ["Phoenix"]

"""Interprets span attributes: any vendor's convention becomes one `Reading`."""

from annotator.reading.reader import read

__all__ = ["read"]

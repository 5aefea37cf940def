"""Texts of a trace made readable, JSON, Markdown, tables, code and bulk, and what of them is coloured."""

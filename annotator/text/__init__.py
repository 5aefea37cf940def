"""Lines of text without Textual: escaping, cell widths, wrapping, a trace in reading order."""

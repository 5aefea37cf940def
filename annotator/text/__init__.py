"""Lines of text without Textual: escaping, cell widths, wrapping, a trace in reading order.

From the bottom up: `markup` makes texts readable, `shape` finds the tree of a trace and what in it repeats, `trace` makes blocks of it,
`lines` makes styled lines of blocks; what stands beside the folders is used by all of them.
"""

"""How fast, how small, how lean, beside other programs: `python -m tests.benchmarks` prints one table.

Every figure stands beside a peer's from the same interleaved run, so that a slow machine slows both. Nothing here fails for being slow.
"""

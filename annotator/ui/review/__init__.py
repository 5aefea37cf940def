"""The review screen's state and what its commands do: `desk` is the state, the other modules change it, `drawing` shows it."""

"""The shape of a trace: its tree, which spans repeat or only carry a call, which part is shown, who speaks."""

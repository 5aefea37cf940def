"""The form in which a rubric is made and edited: what is typed, what is wrong with it, what saving does."""

"""A trace as blocks in reading order: question, steps, answer, facts; its raw view; its session's other turns."""

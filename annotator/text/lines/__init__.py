"""Blocks as styled lines on a screen of a given size: how many rows each gets, what is found in them, what is drawn."""

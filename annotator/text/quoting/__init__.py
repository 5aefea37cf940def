"""From what is selected on the screen to a place in a value of a span, and back."""

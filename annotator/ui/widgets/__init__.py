"""What a screen is made of: builders of lines, and the widgets that show them."""

"""What leaves: records of judged items in the shapes that other programs read."""

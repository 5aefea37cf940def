"""What fills the terminal: the review screen, the start screen, the outbox."""

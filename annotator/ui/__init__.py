"""The screen: Textual, and only here."""

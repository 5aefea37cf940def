"""Pieces of a reading in the shapes that conventions share: messages, tools, documents, media, evaluations, failures."""

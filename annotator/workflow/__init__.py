"""What a person does: fill a queue, judge, undo, sync. Speaks to the ports; knows no Textual, httpx or sqlite3."""

-- How the source looked when the queue was listed to its end, and when that was last done, in seconds since 1970.
ALTER TABLE queue ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN pulled_at REAL NOT NULL DEFAULT 0;
-- The first words of what was asked; NULL until the trace was read, and again when it changed.
ALTER TABLE span ADD COLUMN question TEXT;

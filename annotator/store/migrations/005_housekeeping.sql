-- When the payloads of a finished queue were removed, in seconds since 1970; 0 for never.
ALTER TABLE queue ADD COLUMN purged_at REAL NOT NULL DEFAULT 0;
-- Which patterns the question was redacted with; NULL for none.
ALTER TABLE span ADD COLUMN redaction TEXT;

-- What a step judged, where that was not the item's own target: kind, id and document position as JSON; '' for the own one.
ALTER TABLE step ADD COLUMN target TEXT NOT NULL DEFAULT '';
-- Of a row that was read from a server: how it came there (API, APP), who wrote it, and when, in seconds since 1970; 0 where not known.
ALTER TABLE annotation ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN at REAL NOT NULL DEFAULT 0;

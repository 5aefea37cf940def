-- What a step judged, where that was not the item's own target: kind, id and document position as JSON; '' for the own one.
ALTER TABLE step ADD COLUMN target TEXT NOT NULL DEFAULT '';
-- Of a row that was read from a server: how it came there (API, APP), who wrote it, and when, in seconds since 1970; 0 where not known.
ALTER TABLE annotation ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN at REAL NOT NULL DEFAULT 0;
-- The names of annotations, which filters may name.
CREATE INDEX identity_by_name ON identity (name);
-- What was imported from files, and its rows.
CREATE INDEX journal_of_imports ON journal (action, step) WHERE action IN ('imported', 'import undone');
CREATE INDEX journal_of_import ON journal (step, seq) WHERE action = 'import';
-- When everybody's rows on the trace, its spans, their documents and its session were read last, in seconds since 1970; 0 for never.
ALTER TABLE trace ADD COLUMN rows_read_at REAL NOT NULL DEFAULT 0;

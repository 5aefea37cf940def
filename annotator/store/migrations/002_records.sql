-- Log records, which travel apart from their spans, see records.py. digest: of span and content, so that what comes again is kept once.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL REFERENCES trace,
    span_id TEXT NOT NULL,
    time_ns INTEGER,
    digest BLOB NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (trace, digest)
);

-- 'anno': how another program's database is told from a store.
PRAGMA application_id = 1634627183;

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    location TEXT NOT NULL,
    project TEXT NOT NULL,
    server TEXT NOT NULL,
    UNIQUE (location, project, server)
);

-- loaded: every payload of the trace is here.
CREATE TABLE trace (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source,
    trace_id TEXT NOT NULL,
    loaded INTEGER NOT NULL,
    UNIQUE (trace_id, source)
);
CREATE INDEX trace_missing ON trace (source) WHERE loaded = 0;

CREATE TABLE span (
    trace INTEGER NOT NULL REFERENCES trace,
    span_id TEXT NOT NULL,
    parent_id TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    status_code TEXT NOT NULL,
    start_ns INTEGER,
    end_ns INTEGER,
    session_id TEXT,
    PRIMARY KEY (trace, span_id)
) WITHOUT ROWID;
CREATE INDEX span_by_id ON span (span_id);

-- The payloads of one page's spans of a trace, see codec.py; a later chunk (higher id) wins.
CREATE TABLE payload (
    id INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL REFERENCES trace,
    chunk BLOB NOT NULL
);
CREATE INDEX payload_of_trace ON payload (trace);

-- server, project: where verdicts go, also when it was named after the queue was filled from a file.
CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    source INTEGER NOT NULL REFERENCES source,
    server TEXT NOT NULL,
    project TEXT NOT NULL,
    selection TEXT NOT NULL,
    rubric TEXT NOT NULL,
    digits TEXT NOT NULL,
    cursor TEXT,
    complete INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL
);

-- document: document_position, -1 for none.
CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    document INTEGER NOT NULL,
    trace INTEGER NOT NULL REFERENCES trace,
    span_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'done', 'skipped', 'deferred', 'flagged')),
    reason TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL,
    UNIQUE (queue, position),
    UNIQUE (queue, target, kind, document)
);
CREATE INDEX item_by_state ON item (queue, state, position);

-- How many items are in each state, kept by the triggers: a count of 1,000,000 takes 21 ms.
CREATE TABLE tally (
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    state TEXT NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (queue, state)
) WITHOUT ROWID;
CREATE TRIGGER queue_tallied AFTER INSERT ON queue BEGIN
    INSERT INTO tally VALUES (NEW.id, 'todo', 0), (NEW.id, 'done', 0), (NEW.id, 'skipped', 0), (NEW.id, 'deferred', 0), (NEW.id, 'flagged', 0);
END;
CREATE TRIGGER item_added AFTER INSERT ON item BEGIN
    UPDATE tally SET items = items + 1 WHERE queue = NEW.queue AND state = NEW.state;
END;
CREATE TRIGGER item_moved AFTER UPDATE OF state ON item WHEN OLD.state <> NEW.state BEGIN
    UPDATE tally SET items = items - 1 WHERE queue = OLD.queue AND state = OLD.state;
    UPDATE tally SET items = items + 1 WHERE queue = NEW.queue AND state = NEW.state;
END;
CREATE TRIGGER item_removed AFTER DELETE ON item BEGIN
    UPDATE tally SET items = items - 1 WHERE queue = OLD.queue AND state = OLD.state;
END;

-- Which row an annotation is; rows here are never removed.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    document INTEGER NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    UNIQUE (target, kind, document, server, name, identifier)
);

-- The local truth. annotator: who wrote it here, '' for a row of somebody else's; seq: the journal row of its last change, 0 for none.
CREATE TABLE annotation (
    identity INTEGER PRIMARY KEY REFERENCES identity,
    content TEXT NOT NULL,
    annotator TEXT NOT NULL,
    seq INTEGER NOT NULL
);

-- One row per change of an annotation or an item. seq is the order: rows are never removed, so it only grows; `at` is a clock's.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    annotator TEXT NOT NULL,
    queue INTEGER,
    step INTEGER,
    command TEXT NOT NULL,
    action TEXT NOT NULL,
    identity INTEGER REFERENCES identity,
    item INTEGER,
    before TEXT,
    after TEXT
);
CREATE INDEX journal_of_identity ON journal (identity, seq) WHERE identity IS NOT NULL;
CREATE TRIGGER journal_kept BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- What can be undone and redone. id: the seq of its first journal row; effects: see codec.py.
-- verdict_*: the last item that the step put in a state, and whether that moved it.
CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    annotator TEXT NOT NULL,
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    undone INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL,
    command TEXT NOT NULL,
    title TEXT NOT NULL,
    item INTEGER NOT NULL,
    criterion TEXT NOT NULL,
    effects TEXT NOT NULL,
    verdict_item INTEGER,
    verdict_state TEXT,
    verdict_moved INTEGER NOT NULL
);
CREATE INDEX step_stack ON step (queue, annotator, undone);

-- The state that a server should have for an identity. Rows stay for good: base and expected are needed again.
-- sent: nothing to do; dropped: a person gave it up. seq: the journal row of the last local change, 0 for none.
CREATE TABLE outbox (
    identity INTEGER PRIMARY KEY REFERENCES identity,
    server TEXT NOT NULL,
    project TEXT NOT NULL DEFAULT '',
    annotator TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('put', 'restore', 'delete')),
    content TEXT,
    generation INTEGER NOT NULL DEFAULT 1,
    changed_at REAL NOT NULL,
    not_before REAL NOT NULL DEFAULT 0,
    sent_at REAL NOT NULL DEFAULT 0,
    base_known INTEGER NOT NULL,
    base TEXT,
    expected TEXT,
    attempts TEXT NOT NULL DEFAULT '[]',
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'parked', 'sent', 'dropped')),
    error TEXT NOT NULL DEFAULT '',
    conflict INTEGER NOT NULL DEFAULT 0,
    theirs TEXT,
    seq INTEGER NOT NULL
);
CREATE INDEX outbox_open ON outbox (server, state, changed_at, not_before) WHERE state IN ('waiting', 'parked');

CREATE TABLE account (
    server TEXT NOT NULL,
    annotator TEXT NOT NULL,
    identifier TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (server, annotator)
);
CREATE INDEX account_by_identifier ON account (server, identifier);

-- Which rule took the item, and with which probability; NULL where no chance decided.
ALTER TABLE item ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN inclusion REAL DEFAULT 1;
-- When a shift was handed over.
CREATE INDEX journal_of_handovers ON journal (seq) WHERE action = 'handover';
-- A queue of items that its person judged in another queue and is shown again; and which step put an item in its state.
ALTER TABLE queue ADD COLUMN recheck_of INTEGER REFERENCES queue ON DELETE CASCADE;
ALTER TABLE queue ADD COLUMN recheck_by TEXT NOT NULL DEFAULT '';
CREATE INDEX step_of_verdict ON step (verdict_item) WHERE verdict_item IS NOT NULL;
-- Which rules an item met while they were open, with which probability each takes it, and whether its draw did; '' is the queue's limit.
CREATE TABLE met (
    item INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    chance REAL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (item, rule)
) WITHOUT ROWID;
-- The data set that the review screen adds to; '' until somebody named it.
ALTER TABLE queue ADD COLUMN dataset TEXT NOT NULL DEFAULT '';
-- Which target is in which data set, see domain/dataset.py; rows are never removed. within: it is in it; local: no server is known yet.
CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    dataset TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    document INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    since REAL NOT NULL,
    within INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('local', 'waiting', 'parked', 'sent', 'dropped')),
    generation INTEGER NOT NULL DEFAULT 1,
    changed_at REAL NOT NULL,
    not_before REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    ours INTEGER,
    held TEXT,
    attempts TEXT NOT NULL DEFAULT '[]',
    late_until REAL NOT NULL DEFAULT 0,
    UNIQUE (target, kind, document, server, dataset)
);
CREATE INDEX member_within ON member (server, dataset) WHERE within;
CREATE INDEX member_waiting ON member (server, changed_at, not_before) WHERE state = 'waiting';
CREATE INDEX member_parked ON member (server, changed_at) WHERE state = 'parked';
ALTER TABLE journal ADD COLUMN member INTEGER;
-- What a data set does not have yet is counted with what the server does not have.
CREATE TRIGGER member_added AFTER INSERT ON member BEGIN
    INSERT INTO outbox_tally VALUES (NEW.server, NEW.state, 1) ON CONFLICT (server, state) DO UPDATE SET entries = entries + 1;
END;
CREATE TRIGGER member_moved AFTER UPDATE OF state ON member WHEN OLD.state <> NEW.state BEGIN
    UPDATE outbox_tally SET entries = entries - 1 WHERE server = OLD.server AND state = OLD.state;
    INSERT INTO outbox_tally VALUES (NEW.server, NEW.state, 1) ON CONFLICT (server, state) DO UPDATE SET entries = entries + 1;
END;

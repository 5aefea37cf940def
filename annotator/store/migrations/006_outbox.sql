-- An index for each state that something is done about, in the order of `due`; one for both is not used where the query names one state.
DROP INDEX outbox_open;
CREATE INDEX outbox_waiting ON outbox (server, changed_at, seq, not_before) WHERE state = 'waiting';
CREATE INDEX outbox_parked ON outbox (server, changed_at, seq) WHERE state = 'parked';

-- How many entries of each server are in each state, kept by the triggers: the screen asks after every key, and 10,000 may wait.
CREATE TABLE outbox_tally (
    server TEXT NOT NULL,
    state TEXT NOT NULL,
    entries INTEGER NOT NULL,
    PRIMARY KEY (server, state)
) WITHOUT ROWID;
INSERT INTO outbox_tally SELECT server, state, count(*) FROM outbox GROUP BY server, state;
CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN
    INSERT INTO outbox_tally VALUES (NEW.server, NEW.state, 1) ON CONFLICT (server, state) DO UPDATE SET entries = entries + 1;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox WHEN OLD.state <> NEW.state BEGIN
    UPDATE outbox_tally SET entries = entries - 1 WHERE server = OLD.server AND state = OLD.state;
    INSERT INTO outbox_tally VALUES (NEW.server, NEW.state, 1) ON CONFLICT (server, state) DO UPDATE SET entries = entries + 1;
END;

-- The traces of a session.
CREATE INDEX span_of_session ON span (session_id, trace) WHERE session_id IS NOT NULL;

"""The local store: one SQLite file with traces, queues, annotations, journal and outbox."""

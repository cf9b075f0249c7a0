-- Settings of each connection to state.db. FULL: a decision that was shown as saved survives a power cut
-- (2 to 3 ms a write, measured); WAL: readers never wait for the one writer.
pragma journal_mode = wal;
pragma synchronous = full;
pragma foreign_keys = on;
pragma busy_timeout = 30000;

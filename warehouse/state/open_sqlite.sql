-- Settings of each connection to state.db. Waiting first: switching to WAL needs the file alone for a moment.
-- FULL: a decision that was shown as saved survives a power cut (2 to 3 ms a write, measured); WAL: readers never
-- wait for the one writer; secure_delete: what is forgotten is overwritten, not only unlinked.
pragma busy_timeout = 30000;
pragma journal_mode = wal;
pragma synchronous = full;
pragma foreign_keys = on;
pragma secure_delete = on;

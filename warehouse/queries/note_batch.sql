-- Note in the ledger that a batch is in.
insert into loaded (batch) values ($batch);

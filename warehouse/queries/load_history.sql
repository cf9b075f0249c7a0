-- Put one batch of history in; a thing already there (same kind, id and label) is left as it is.
insert into history by name
select fresh.* from read_parquet($batch) as fresh
anti join history as known on known.kind = fresh.kind and known.id = fresh.id and known.label = fresh.label;

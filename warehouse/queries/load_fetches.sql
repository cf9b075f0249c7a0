-- Put one batch of fetches in.
insert into fetches by name select * from read_parquet($batch);

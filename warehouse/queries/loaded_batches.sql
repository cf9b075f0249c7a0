-- Which batches are in already?
select batch from loaded;

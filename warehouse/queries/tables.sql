-- What the warehouse holds: one row a look at a page, one row a thing that happened. Times are UTC.
create table if not exists fetches (
    source varchar, url varchar, kind varchar, status integer, outcome varchar, bytes bigint, posts integer,
    fetched_at timestamp
);
create table if not exists history (
    kind varchar, id varchar, case_id varchar, person_id varchar, source varchar, answer varchar, label varchar,
    score double, happened_at timestamp
);
create table if not exists loaded (batch varchar primary key, loaded_at timestamp default (now() at time zone 'UTC'));

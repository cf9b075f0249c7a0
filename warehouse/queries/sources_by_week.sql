-- What did each source bring in, by week: pages, posts, bytes, failures?
select source, date_trunc('week', fetched_at) as week, count(*) as pages, sum(posts) as posts, sum(bytes) as bytes,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where outcome = 'unchanged') as unchanged
from fetches group by all order by week, source;

-- What was found and what became of it, by source and week?
select source, date_trunc('week', happened_at) as week, kind, answer, count(distinct id) as number
from history group by all order by week, source, kind, answer;

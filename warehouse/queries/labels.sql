-- How many verdicts carry each label, and how sure is the model on average?
select label, count(*) as verdicts, round(avg(score), 3) as mean_score
from history where kind = 'verdict' and label <> '' group by label order by verdicts desc, label;

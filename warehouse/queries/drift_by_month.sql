-- Does what the classifier sees change? Verdicts by month and label ('' where none was reached), with the mean score.
with verdict as (
    select strftime(happened_at, '%Y-%m') as month, id, label, score from history where kind = 'verdict'
), total as (
    select month, count(distinct id) as posts from verdict group by month
)
select month, posts, label, count(distinct id) as found, round(avg(score), 3) as mean_score
from verdict join total using (month) group by month, posts, label order by month, label;

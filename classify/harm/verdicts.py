"""From what the model said to the record that is kept."""

from datetime import datetime

from classify.harm.items import Judged
from warehouse import Mention, Verdict


def verdict(mention: Mention, judged: Judged, judged_at: datetime) -> Verdict:
    """Give the `Verdict` on one mention: the model's reading of its post, made at `judged_at` (aware, UTC)."""
    return Verdict(
        mention_id=mention.id,
        post_id=mention.post_id,
        person_id=mention.person_id,
        scores=dict(judged.scores),
        labels=judged.labels,
        phrases=judged.phrases,
        urgency=judged.urgency,
        model=judged.model,
        policy=judged.policy,
        judged_at=judged_at,
        doubts=judged.doubts,
    )

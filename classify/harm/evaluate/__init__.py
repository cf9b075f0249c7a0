"""Counting how well a judge reads posts that carry gold labels: `python -m classify.harm.evaluate` (`make eval-harm`)."""

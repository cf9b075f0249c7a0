"""Making the packaged weights: `python -m classify.harm.train` (needs `handenaf[train]`)."""

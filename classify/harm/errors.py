"""What can go wrong while a post is judged, each with what to do next."""


class HarmError(Exception):
    """Base of every error that `classify.harm` raises on purpose."""


class WeightsError(HarmError):
    """The model's files are missing, broken, or don't say which label each output means."""


class PolicyError(HarmError):
    """`policy.toml` can't be read, has an unknown key, or a number outside its range."""


class ItemError(HarmError, ValueError):
    """A post was handed in with spans that don't lie inside its text."""


class TrainingError(HarmError):
    """Training can't start or go on: data, base model or corpus are not what the recipe expects."""

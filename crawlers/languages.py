"""Which language a post is in."""

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

AMONG = ("nl", "en", "de", "tr", "pl", "ar", "fr")
"""The languages told apart: those most written in the Netherlands about our people; fewer choices, fewer mistakes."""
_SURE = 0.9
_SHORTEST = 15
"""Characters below which a guess is worth little."""


def tell_language(text: str, *, platform: str = "", card: str = "") -> str:
    """Give the ISO 639-1 code of `text`: the platform's word, else our own guess when sure, else the card's."""
    if platform:
        return platform.split("-", maxsplit=1)[0].lower()[:2]
    if len(text) >= _SHORTEST:
        language, score = _identifier().classify(text[:2000])
        if float(score) >= _SURE:
            return str(language)
    return card


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(AMONG))
    return identifier

"""Parts of a sample: by language, length, and by the form of the words, where that tells a platform or a dialect."""

import re
from collections.abc import Callable, Mapping

from classify.harm.evaluate.gold import Gold

_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_FLEMISH = re.compile(r"\b(gij|gulle|ulle|zijt|amai|nen|ons moe|efkes|seffens|plezant|goesting|zulle)\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b(wollah|wallah|ewa|broer|bro|sahbi|kech|tfoe|tfu|drerrie|fissa|tantoe|osso|skotoe|loesoe|mattie|strijder)\b",
    re.IGNORECASE,
)
_ARABIC = re.compile("[\u0600-\u06ff]")


def _language(code: str) -> Callable[[Gold], bool]:
    return lambda post: post.item.language == code


SLICES: Mapping[str, Callable[[Gold], bool]] = {
    **{f"language {code}": _language(code) for code in ("nl", "en", "de", "tr", "pl", "ar", "fr")},
    "Darija in Latin script": lambda post: post.item.language == "ar" and not _ARABIC.search(post.item.text),
    "Flemish words": lambda post: post.item.language == "nl" and bool(_FLEMISH.search(post.item.text)),
    "street language": lambda post: post.item.language == "nl" and bool(_STREET.search(post.item.text)),
    "under 60 characters": lambda post: len(post.item.text) < 60,  # noqa: PLR2004
    "60 to 120 characters": lambda post: 60 <= len(post.item.text) < 120,  # noqa: PLR2004
    "120 to 300 characters": lambda post: 120 <= len(post.item.text) < 300,  # noqa: PLR2004
    "300 characters and more": lambda post: len(post.item.text) >= 300,  # noqa: PLR2004
    "with # or @ (microblog)": lambda post: "#" in post.item.text or "@" in post.item.text,
    "all lower case (chat)": lambda post: post.item.text.replace("[TARGET]", "").replace("[OTHER]", "").islower(),
    "several lines (forum, letter)": lambda post: "\n" in post.item.text,
    "with emoji": lambda post: bool(_EMOJI.search(post.item.text)),
    "spelt to evade": lambda post: post.obfuscated,
}
"""Name of a part → whether a post is in it. Platform and dialect are guessed from the form: the posts were written, not
found, so nobody can say where one was posted."""

LEAST = 15
"""Parts with fewer posts are left out: a figure over ten posts says nothing."""
HARD = "lawful, hard"
ORDINARY = "lawful, ordinary talk"


def is_hard(post: Gold) -> bool:
    """Whether a lawful post is of the hard kind: criticism, or the lawful side of a minimal pair."""
    return not post.harmful and (bool(post.labels) or bool(post.pair))


def is_ordinary(post: Gold) -> bool:
    """Whether a post is ordinary talk: news, praise, a question, small talk that was written for no pair."""
    return not post.labels and not post.pair

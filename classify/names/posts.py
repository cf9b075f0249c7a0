"""The part of a post that the name finder needs."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from warehouse import Person, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostText:
    """One text to look through, and who said it where."""

    id: str
    text: str
    author_handle: str = ""
    host: str = ""
    """Host name of the place it stands at ("forum.example"), for remembered judgements."""
    language: str = ""

    @classmethod
    def of(cls, post: Post) -> Self:
        """Take what the finder needs from a stored post."""
        host = urlsplit(post.permalink).hostname or ""
        return cls(id=post.id, text=post.text, author_handle=post.author_handle, host=host, language=post.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A reviewer's answer about a name, kept for the same author, site or context.

    What is left empty holds for every author, every site or every text; something must be given.
    """

    person_id: str
    author_handle: str = ""
    host: str = ""
    words: str = ""
    """Words beside which it holds ("bakkerij op de markt"), whatever their case."""

    def covers(self, person: Person, post: PostText) -> bool:
        """Tell whether this answer is about `person` and the author, site and context of `post`."""
        if self.person_id != person.id or not (self.author_handle or self.host or self.words):
            return False
        same_place = self.author_handle in ("", post.author_handle) and self.host in ("", post.host)
        return same_place and self.words.casefold() in post.text.casefold()

    @property
    def told(self) -> str:
        """What it holds for, in words."""
        return " ".join(filter(None, (self.author_handle, self.host, self.words)))


class NotOurPerson(Remembered):
    """Somebody else of that name was meant: later scores of the same author, site or context are lowered."""


class OurPerson(Remembered):
    """Our person was meant: later scores of the same author, site or context are raised."""

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
class NotOurPerson:
    """A reviewer's remembered answer: this author on this site meant somebody else of that name.

    An empty handle stands for every author of the site, an empty host for the author anywhere.
    """

    person_id: str
    author_handle: str = ""
    host: str = ""

    def covers(self, person: Person, post: PostText) -> bool:
        """Tell whether this answer is about `person` and the author or site of `post`."""
        if self.person_id != person.id or not (self.author_handle or self.host):
            return False
        same_author = self.author_handle in ("", post.author_handle)
        return same_author and self.host in ("", post.host)

"""What a parser is told and what it gives: the shapes that every kind of site shares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from crawlers.cards import Selectors
from warehouse import Link, Post

NEVER_AGAIN = 10 * 365 * 24 * 60
"""Minutes: ten years, for pages that only lead on (a cursor) and mean nothing later."""
RARELY = 7 * 24 * 60
"""Minutes: a week, for pages that are full or old, where only an edit can change something."""
LONG_POST = 50_000
"""Characters from which a post is remarked upon; it is kept whole."""
LONGEST_POST = 1_000_000
"""Characters after which a post is cut, and that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The circumstances of one look at one page: all that a parser may know beside bytes and address."""

    source: str
    fetched_at: datetime
    language: str = ""
    """What the card says most posts are in."""
    selectors: Selectors = field(default_factory=Selectors)
    kind: str = "start"
    """What the page was asked for as (`Link.kind`)."""
    depth: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """The answer's headers, names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """What stood on a page."""

    posts: tuple[Post, ...] = ()
    links: tuple[Link, ...] = ()
    """Where to go on; a link of kind `next` is the next page of this same list, thread or search."""
    notes: tuple[str, ...] = ()
    """Sentences about what was odd on the page."""
    login_form: bool = False
    """The page asks for a password."""
    mark: str = ""
    """How far an API was read (an id or time), for the spider to go on from there; empty: not this page's matter."""
    again_minutes: int = 0
    """When to look at the page again; 0: as often as the card says."""

    def digest(self) -> str:
        """Give the SHA-256 of what matters on the page: its posts and links, not its clock or its tokens."""
        parts = [post.id for post in self.posts] + [link.url for link in self.links if link.kind != "next"]
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def sameness(self) -> str:
        """Give a hash that ignores addresses: two pages of one list with the same hash show the same things."""
        parts = [f"{post.author_handle}\x1f{post.text}" for post in self.posts]
        parts = parts or [link.url for link in self.links if link.kind != "next"]
        return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest() if parts else ""


def decode(body: bytes, content_type: str = "") -> str:
    """Give the text of an HTML or XML page, whatever it says about itself.

    Bytes that are valid UTF-8 are UTF-8, since other charsets hardly ever are by accident; else the declared charset
    (header, then page), else Windows-1252, which Dutch sites of the 2000s use. Undecodable bytes become U+FFFD.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body[:4096])
    encoding = (declared and resolve_encoding(declared)) or "cp1252"
    if encoding == "utf-8" and body.decode("utf-8", "replace").count("\ufffd") * 100 > len(body):
        encoding = "cp1252"
    return body.decode(encoding, "replace")


def looks_binary(body: bytes) -> bool:
    """Tell whether `body` is no text: more than one byte in twenty of its first 4,096 is a control character."""
    head = body[:4096]
    odd = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)  # noqa: PLR2004 - ASCII control ranges
    return odd * 20 > len(head)

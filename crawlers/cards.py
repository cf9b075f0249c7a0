"""Cards: one TOML file for each site we look at."""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import tomli_w
from cssselect import SelectorError
from lxml import etree
from parsel import css2xpath
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawlers.bounds import Bounds
from crawlers.errors import CardError
from warehouse import Source

PACKAGE_CARDS = Path(__file__).parent / "cards"
"""The cards that come with Handenaf: sources anybody may read without an account."""

Kind = Literal["feed", "wordpress", "forum", "browser", "mastodon", "bluesky"]


def to_xpath(selector: str) -> str:
    """Give `selector` as XPath: as it stands when it begins with / or ./ or (, else turned from CSS."""
    return selector if selector.startswith(("/", "./", "(")) else css2xpath(selector)


def _listed(value: object) -> object:
    """Let one selector stand where several may."""
    return ((value,) if value else ()) if isinstance(value, str) else value


class Selectors(BaseModel):
    """Where things stand on an HTML page. CSS (with ::text and ::attr(x)), or XPath when it begins with / or ./ ."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list_pages: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Links to follow: from the start page to boards, from boards to threads."""
    next_page: str = ""
    """The link to the next page of a list or thread."""
    post: str = ""
    """The element around one post; the others, except title, are looked up inside it."""
    permalink: str = ""
    platform_id: str = ""
    """Empty: the id attribute of the post's element."""
    author: str = ""
    author_profile: str = ""
    time: str = ""
    text: str = ""
    """Empty: the whole post element."""
    title: str = ""
    """The thread's title, anywhere on the page."""
    parent: str = ""
    """The link to the post this one answers."""
    quote: str = "blockquote"
    """Other people's words repeated in a post: left out of its text. Empty: kept."""
    ready: str = ""
    """Browser only: wait for this element before reading."""
    more: str = ""
    """Browser only: click this until it is gone ("load more")."""

    @field_validator("*")
    @classmethod
    def _can_be_read(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for selector in (value,) if isinstance(value, str) else value:
            try:
                etree.XPath(to_xpath(selector)) if selector else None
            except (SelectorError, etree.XPathError, ValueError) as error:
                message = f"the selector {selector!r} can't be read ({error})"
                raise ValueError(message) from error
        return value


class Card(BaseModel):
    """One site, as its TOML file describes it; the file's stem is its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    kind: Kind
    address: str
    purpose: Annotated[str, Field(min_length=10)]
    """Why this source is watched, in a sentence."""
    language: Annotated[str, Field(pattern=r"^([a-z]{2})?$")] = "nl"
    """The language most posts are in, ISO 639-1; used where a post's own can't be told."""
    every_minutes: Annotated[int, Field(ge=5)] = 1440
    least_posts: Annotated[int, Field(ge=0)] = 0
    most_posts: Annotated[int, Field(ge=1)] = 100_000
    channel: str = "sheet"
    notice_to: str = ""
    allow_loopback: bool = False
    """Only for sites on this very machine (the demo, the tests)."""
    also_hosts: tuple[str, ...] = ()
    """Browser only: further hosts that the page's scripts come from."""
    user_agent_contact: str = ""
    """Who runs this: an address or page the site can turn to. Empty: the caller's."""
    searches: bool = False
    """Ask the site for the names on the roster."""
    hashtags: tuple[str, ...] = ()
    """Mastodon only; without #."""
    selectors: Selectors = Selectors()
    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Most pages followed from one list, thread or search."""
    delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """Least time between two requests."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        parts = urlsplit(self.address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"address {self.address!r} is not a web address that begins with https://"
            raise ValueError(message)
        if self.kind in {"forum", "browser"} and not self.selectors.post:
            message = f'a {self.kind} card needs selectors: at least selectors.post = "…"'
            raise ValueError(message)
        if self.searches and self.kind not in {"bluesky", "mastodon", "wordpress"}:
            message = (
                f"searches = true works for bluesky, mastodon and wordpress; a {self.kind} can't be asked for a name"
            )
            raise ValueError(message)
        if self.delay_seconds < 1 and not self.allow_loopback:
            message = "delay_seconds below 1 is for loopback only: other people's servers get a second between requests"
            raise ValueError(message)
        return self

    def source(self) -> Source:
        """Give the record of this card that the other rooms know."""
        return Source(
            name=self.name,
            kind=self.kind,
            address=self.address,
            purpose=self.purpose,
            language=self.language,
            every_minutes=self.every_minutes,
            least_posts=self.least_posts,
            most_posts=self.most_posts,
            channel=self.channel,
            notice_to=self.notice_to,
        )

    def bounds(self) -> Bounds:
        """Give the addresses that this card's spider may ask for."""
        return Bounds(address=self.address, also_hosts=self.also_hosts, allow_loopback=self.allow_loopback)


def read_cards(*folders: Path) -> tuple[Card, ...]:
    """Read every card in `folders` (found by walking), sorted by name; of two with one name the later folder's counts.

    The cards that come with Handenaf lie in `PACKAGE_CARDS`. Raises `CardError` with file, key and the nearest
    right key where a card is wrong, and when a folder isn't there.
    """
    found: dict[str, Card] = {}
    for folder in folders:
        if not folder.is_dir():
            message = f"There is no folder of cards at {folder}. Make it, or name another."
            raise CardError(message)
        for path in sorted(folder.rglob("*.toml")):
            card = read_card(path)
            found[card.name] = card
    return tuple(found[name] for name in sorted(found))


def read_card(path: Path) -> Card:
    """Read one card. Raises `CardError` naming the file and what is wrong in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: can't be read as TOML: {error}. Correct the file, or take it out of the folder."
        raise CardError(message) from error
    return make_card(path.stem, table, where=str(path))


def make_card(name: str, table: Mapping[str, Any], *, where: str) -> Card:
    """Make a card of a table of keys; `where` is named in errors. Raises `CardError`."""
    try:
        return Card.model_validate({**table, "name": name})
    except ValidationError as error:
        message = f"{where}: " + "; ".join(_say(line["loc"], line["type"], line["msg"]) for line in error.errors())
        raise CardError(message) from error


def _say(place: tuple[int | str, ...], kind: str, said: str) -> str:
    """Put one of pydantic's complaints into a sentence that names the key."""
    key = ".".join(str(part) for part in place)
    if kind == "extra_forbidden":
        fields = Selectors.model_fields if place[0] == "selectors" else Card.model_fields
        near = get_close_matches(str(place[-1]), [field for field in fields if field != "name"], n=1, cutoff=0.0)
        return f"there is no key {key!r}. Did you mean {near[0]!r}?"
    if kind == "missing":
        return f"the key {key!r} is missing. Add it."
    said = re.sub(r"^Value error, ", "", said)
    return f"{key or 'card'}: {said}"


def write_card(card: Card, folder: Path) -> Path:
    """Write `card` to `folder` as <name>.toml and give its path. Raises `CardError` rather than overwrite."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.name}.toml"
    table = card.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    table |= {key: getattr(card, key) for key in ("language", "every_minutes", "least_posts", "most_posts")}
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(tomli_w.dumps(table))
    except FileExistsError as error:
        message = f"{path} is there already and is not overwritten. Take it away first, or choose another name."
        raise CardError(message) from error
    except OSError as error:
        message = f"{path} can't be written: {error}."
        raise CardError(message) from error
    return path

"""Bluesky: answers of `app.bsky.feed.searchPosts`, as an AppView gives them."""

from typing import Any

from w3lib.url import add_or_replace_parameter

from crawlers.dates import read_time
from crawlers.kinds.answers import read_json, table, tables, word
from crawlers.languages import tell_language
from crawlers.pages import NEVER_AGAIN, Look, Posts
from crawlers.texts import clean
from warehouse import Link, Post

_LOGGED_IN_ONLY = "!no-unauthenticated"
"""Label of accounts that ask not to be shown to people who aren't logged in: we aren't, so we leave them out."""


def parse(body: bytes, url: str, look: Look) -> Posts:
    """Read one page of search results; the mark is the newest `indexedAt`."""
    answer = table(read_json(body))
    if "posts" not in answer:
        said = word(answer.get("message"))
        return Posts(notes=(f"{url} gave no posts{f' but said: {said[:200]}' if said else ''}.",))
    views = tables(answer["posts"])
    shown = [view for view in views if not _asks_for_login(view)]
    hidden, cursor = len(views) - len(shown), word(answer.get("cursor"))
    following = add_or_replace_parameter(url, "cursor", cursor) if cursor and views else ""
    note = f"{hidden} post(s) by accounts that are shown to logged-in people only were left out."
    return Posts(
        posts=tuple(post for view in shown if (post := _post(view, look)) is not None),
        links=(Link(url=following, kind="next", depth=look.depth + 1),) if following else (),
        notes=(note,) if hidden else (),
        mark=max((word(view.get("indexedAt")) for view in views), default="") if look.kind != "next" else "",
        again_minutes=NEVER_AGAIN if look.kind == "next" else 0,
    )


def permalink_of(uri: str) -> str:
    """Give the page of an at:// record on bsky.app, by DID, which stays when the handle changes."""
    parts = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{parts[0]}/post/{parts[-1]}" if len(parts) == 3 else ""  # noqa: PLR2004 - did, collection, key


def _asks_for_login(view: dict[str, Any]) -> bool:
    labels = tables(table(view.get("author")).get("labels"))
    return any(label.get("val") == _LOGGED_IN_ONLY and not label.get("neg") for label in labels)


def _post(view: dict[str, Any], look: Look) -> Post | None:
    record, author, uri = table(view.get("record")), table(view.get("author")), word(view.get("uri"))
    text, permalink = clean(word(record.get("text"))).strip(), permalink_of(uri)
    if not text or not permalink:
        return None
    literal, reply = word(record.get("createdAt")), table(record.get("reply"))
    posted_at, how = read_time(literal, look.fetched_at)
    languages = record.get("langs")
    handle = word(author.get("handle"))
    return Post(
        source=look.source,
        permalink=permalink,
        platform_id=uri,
        text=text,
        fetched_at=look.fetched_at,
        author_handle=handle,
        author_name=clean(word(author.get("displayName"))),
        author_profile=f"https://bsky.app/profile/{word(author.get('did')) or handle}",
        posted_at=posted_at,
        posted_at_literal=literal,
        posted_at_how="api" if how == "attribute" else how,
        language=tell_language(
            text, platform=word(languages[0]) if isinstance(languages, list) and languages else "", card=look.language
        ),
        thread=permalink_of(word(table(reply.get("root")).get("uri"))) or permalink,
        parent=permalink_of(word(table(reply.get("parent")).get("uri"))),
        media=tuple(_pictures(table(view.get("embed")))),
    )


def _pictures(embed: dict[str, Any]) -> list[str]:
    media = [word(image.get("fullsize")) for image in tables(embed.get("images"))] + [word(embed.get("playlist"))]
    inner = table(embed.get("media"))
    return [link for link in media if link] + (_pictures({**inner, "media": None}) if inner else [])

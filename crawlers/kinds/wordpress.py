"""WordPress: posts and comments as its REST API gives them (wp/v2)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from w3lib.url import add_or_replace_parameter

from crawlers.dates import read_time
from crawlers.kinds.answers import read_json, table, tables, word
from crawlers.languages import tell_language
from crawlers.pages import NEVER_AGAIN, Look, Posts
from crawlers.texts import html_text, one_line
from warehouse import Link, Post


def parse(body: bytes, url: str, look: Look) -> Posts:
    """Read one page of wp/v2/posts or wp/v2/comments; which of the two, the entries say.

    The mark is the newest `modified_gmt` (posts) or `date_gmt` (comments).
    """
    answer = read_json(body)
    if not isinstance(answer, list):
        said = word(table(answer).get("message"))
        return Posts(notes=(f"{url} gave no list of posts{f' but said: {said[:200]}' if said else ''}.",))
    entries = tables(answer)
    posts = tuple(post for entry in entries if (post := _post(entry, look)) is not None)
    times = [word(entry.get("modified_gmt") or entry.get("date_gmt")) for entry in entries]
    page = int("".join(filter(str.isdigit, parse_qs(urlsplit(url).query).get("page", ["1"])[0])) or "1")
    total = look.headers.get("x-wp-totalpages", "")
    links: tuple[Link, ...] = ()
    if total.isdigit() and page < int(total):
        following = add_or_replace_parameter(url, "page", str(page + 1))
        links = (Link(url=following, kind="next", depth=look.depth + 1),)
    return Posts(
        posts=posts,
        links=links,
        mark=max(times, default="") if page == 1 else "",
        again_minutes=NEVER_AGAIN if look.kind == "next" else 0,
    )


def _post(entry: dict[str, Any], look: Look) -> Post | None:
    is_comment = "post" in entry
    title = one_line(html_text(word(table(entry.get("title")).get("rendered"))))
    text = html_text(word(table(entry.get("content")).get("rendered")))
    if title and not text.startswith(title):
        text = f"{title}\n\n{text}".strip()
    permalink, number = word(entry.get("link")), word(entry.get("id"))
    if not permalink or not text:
        return None
    author = _author(entry)
    literal = word(entry.get("date_gmt")) or word(entry.get("date"))
    zoned = f"{literal}+00:00" if entry.get("date_gmt") else literal
    posted_at, how = read_time(zoned, look.fetched_at)
    parent = word(entry.get("parent"))
    return Post(
        source=look.source,
        permalink=permalink,
        platform_id=f"{'comment' if is_comment else 'post'}-{number}",
        text=text,
        title=title,
        fetched_at=look.fetched_at,
        author_handle=author[0],
        author_name=author[1],
        author_profile=author[2],
        posted_at=posted_at,
        posted_at_literal=literal,
        posted_at_how="api" if how == "attribute" else how,
        language=tell_language(text, card=look.language),
        thread=permalink.split("#", maxsplit=1)[0],
        parent=f"comment-{parent}" if is_comment and parent not in {"", "0"} else "",
    )


def _author(entry: dict[str, Any]) -> tuple[str, str, str]:
    """Give handle, name and profile: a comment carries them, a post has them embedded where the site allows."""
    if "author_name" in entry:
        return "", one_line(html_text(word(entry["author_name"]))), word(entry.get("author_url"))
    embedded = tables(table(entry.get("_embedded")).get("author"))
    author = embedded[0] if embedded else {}
    return word(author.get("slug")), one_line(html_text(word(author.get("name")))), word(author.get("link"))

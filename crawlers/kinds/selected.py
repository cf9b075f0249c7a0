"""HTML pages read by the selectors of a card: forums, complaint sites, pages drawn by JavaScript."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from lxml import etree, html
from parsel import Selector
from parsel.selector import SelectorList
from w3lib.html import get_base_url

from crawlers.cards import to_xpath
from crawlers.dates import read_time, read_words
from crawlers.languages import tell_language
from crawlers.pages import RARELY, Look, Posts, decode, looks_binary
from crawlers.texts import element_text, html_text, one_line
from warehouse import Link, Post, content_id

_OLD = timedelta(days=90)
"""A thread whose newest post is older is looked at once a week."""


def parse(body: bytes, url: str, look: Look) -> Posts:
    """Read the posts, the links to follow and the next page."""
    if looks_binary(body):
        return Posts(notes=(f"{url} gave bytes that are no text. Look at the address in a browser.",))
    text = decode(body, look.headers.get("content-type", ""))
    root = Selector(text=text.replace("\x00", "") or "<html></html>", type="html")
    page = _Page(url=url, home=get_base_url(text[:8192], url), look=look, root=root)
    title = page.words(root, look.selectors.title)
    following = page.address(root, look.selectors.next_page)
    links = page.links()
    login_form = bool(root.css("input[type=password]"))
    posts, notes = page.posts(apart(pick(root, look.selectors.post)), title)
    if following and following != url:
        links.append(Link(url=following, kind="next", depth=look.depth + 1))
    return Posts(
        posts=posts,
        links=tuple(links),
        notes=notes,
        login_form=login_form,
        again_minutes=_again(posts, look, full=bool(following)),
    )


def pick(within: Selector, selector: str) -> SelectorList[Selector]:
    """Find what `selector` names, a selector that `Selectors` let through."""
    return within.xpath(to_xpath(selector)) if selector else SelectorList([])


def apart(found: SelectorList[Selector]) -> list[Selector]:
    """Take posts that lie in other posts out of them, as answers lie in what they answer on some sites.

    One walk over the tree, since a hostile page may nest thousands.
    """
    elements = [hit for hit in found if _is_element(hit)]
    if not elements:
        return []
    posts = {hit.root for hit in elements}
    within, inner = 0, []
    for event, element in etree.iterwalk(elements[0].root.getroottree(), events=("start", "end")):
        if element in posts:
            if event == "start" and within:
                inner.append(element)
            within += 1 if event == "start" else -1
    for element in inner:
        element.drop_tree()
    return elements


def _again(posts: tuple[Post, ...], look: Look, *, full: bool) -> int:
    """Say when a page can hold something new: a full or an old page rarely, the newest page of a thread each time."""
    if not posts:
        return RARELY if look.kind == "next" and full else 0
    newest = max((post.posted_at for post in posts if post.posted_at), default=None)
    old = newest is not None and look.fetched_at - newest > _OLD
    return RARELY if look.kind != "start" and (full or old) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page under the eyes."""

    url: str
    home: str
    """What relative links are relative to."""
    look: Look
    root: Selector

    def address(self, within: Selector, selector: str) -> str:
        """Give the absolute address in what `selector` names: its href, or its text where it is one."""
        for hit in pick(within, selector):
            raw = _attribute(hit, "href", "src", "content", "value") or ("" if _is_element(hit) else hit.get())
            joined = _join(self.home, raw)
            if joined:
                return joined
        return ""

    def words(self, within: Selector, selector: str) -> str:
        """Give the text of the first thing that `selector` names, on one line."""
        for hit in pick(within, selector):
            text = element_text(hit.root) if _is_element(hit) else hit.get()
            text = text or _attribute(hit, "content", "title", "alt", "value")
            if one_line(text):
                return one_line(text)
        return ""

    def links(self) -> list[Link]:
        """Give the pages that list_pages names, each once."""
        found: dict[str, Link] = {}
        for selector in self.look.selectors.list_pages:
            for hit in pick(self.root, selector):
                inner = hit.css("a[href]")
                link = _attribute(hit, "href") if _is_element(hit) else hit.get()
                address = _join(self.home, link or (_attribute(inner[0], "href") if inner else ""))
                address = address.split("#", maxsplit=1)[0]
                if address and address != self.url:
                    found[address] = Link(url=address, kind="page")
        return list(found.values())

    def posts(self, found: list[Selector], title: str) -> tuple[tuple[Post, ...], tuple[str, ...]]:
        """Read each post element; say how many had no text."""
        posts: dict[str, Post] = {}
        for place, element in enumerate(found):
            opens = place == 0 and self.look.depth == 0
            post = self.post(element, title, opens=opens)
            if post is not None:
                posts.setdefault(post.permalink, post)
        lost = len(found) - len(posts)
        note = f"{lost} of {len(found)} posts had no text of their own, or one permalink for several. Look at the selectors."
        return tuple(posts.values()), (note,) if lost else ()

    def post(self, element: Selector, title: str, *, opens: bool) -> Post | None:
        """Read one post; the one that opens a thread carries the thread's title, since its writer wrote that too."""
        chosen = self.look.selectors
        text = self.text(element)
        if opens and title and not text.startswith(title):
            text = f"{title}\n\n{text}".strip()
        if not text:
            return None
        literal, posted_at, how = self.time(element)
        author = self.words(element, chosen.author)
        number = self.number(element)
        thread = self.url.split("#", maxsplit=1)[0]
        anchor = number or content_id("anchor", author, literal if how != "relative text" else "", text)[:12]
        return Post(
            source=self.look.source,
            permalink=self.address(element, chosen.permalink) or f"{thread}#{anchor}",
            platform_id=anchor,
            text=text,
            title=title,
            fetched_at=self.look.fetched_at,
            author_handle=author,
            author_name=author,
            author_profile=self.address(element, chosen.author_profile),
            posted_at=posted_at,
            posted_at_literal=literal,
            posted_at_how=how,
            language=tell_language(text, platform="", card=self.look.language),
            thread=thread,
            parent=self.address(element, chosen.parent) or self.words(element, chosen.parent),
            media=self.media(element),
        )

    def number(self, element: Selector) -> str:
        """Give the platform's id of a post: what the selector (or a bare attribute's name) says, else the element's id."""
        own = self.look.selectors.platform_id
        if own and element.root.get(own):
            return one_line(element.root.get(own))
        for hit in pick(element, self.look.selectors.platform_id):
            said = _attribute(hit, "id", "data-id", "value", "content", "name") if _is_element(hit) else hit.get()
            if said or _is_element(hit):
                return one_line(said or element_text(hit.root))
        return one_line(_attribute(element, "id", "data-id", "data-post-id"))

    def text(self, element: Selector) -> str:
        """Give the post's own words: without what it quotes of others, unless nothing else is in it."""
        chosen = self.look.selectors
        hits = pick(element, chosen.text) if chosen.text else SelectorList([element])
        if hits and not _is_element(hits[0]):
            return html_text("\n".join(hits.getall()))
        whole = [html.fromstring(hit.get()) for hit in hits if hit.get().strip()]
        said = "\n".join(element_text(body) for body in whole).strip()
        if not chosen.quote:
            return said
        for body in whole:
            for quoted in pick(Selector(root=body, type="html"), chosen.quote):
                if quoted.root is not body and quoted.root.getparent() is not None:
                    quoted.root.drop_tree()
        return "\n".join(element_text(body) for body in whole).strip() or said

    def time(self, element: Selector) -> tuple[str, datetime | None, str]:
        """Give what the page says, the time, and how it was derived: of the first thing selected that is a time."""
        said = ""
        for hit in pick(element, self.look.selectors.time):
            literal, time, how = self.clock(hit)
            if time is not None:
                return literal, time, how
            said = said or literal
        return said, None, "unknown"

    def clock(self, hit: Selector) -> tuple[str, datetime | None, str]:
        """Read one element or text; an attribute counts for more than words."""
        if not _is_element(hit):
            return one_line(hit.get()), *read_time(hit.get(), self.look.fetched_at)
        words = one_line(element_text(hit.root))
        for name in ("datetime", "data-time", "data-timestamp", "content", "title"):
            time, how = read_time(_attribute(hit, name), self.look.fetched_at)
            if time is not None and how != "relative text":
                return words or _attribute(hit, name), time, how
        return words, *read_words(words, self.look.fetched_at)

    def media(self, element: Selector) -> tuple[str, ...]:
        """Give the pictures, films and sounds in the post's text."""
        hits = pick(element, self.look.selectors.text) if self.look.selectors.text else [element]
        found = [
            link
            for hit in hits
            if _is_element(hit)
            for link in hit.css("img, video, audio, source").xpath("@src").getall()
        ]
        return tuple(dict.fromkeys(joined for link in found if (joined := _join(self.home, link))))


def _is_element(hit: Selector) -> bool:
    return isinstance(hit.root, html.HtmlElement)


def _attribute(hit: Selector, *names: str) -> str:
    """Give the first of the attributes `names` that the element has."""
    return next((value for name in names if _is_element(hit) and (value := hit.root.get(name))), "")


def _join(home: str, link: str) -> str:
    """Give `link` as an absolute web address, or nothing where it is none (mailto:, javascript:, garbage)."""
    if not link or not link.strip():
        return ""
    try:
        joined = urljoin(home, link.strip())
        return joined if urlsplit(joined).scheme in {"http", "https"} and urlsplit(joined).hostname else ""
    except ValueError:
        return ""

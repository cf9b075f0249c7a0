"""From HTML to plain text, as a reader sees it."""

import re
import unicodedata

from lxml import etree, html

from crawlers.pages import LONGEST_POST

_DROPPED = {"script", "style", "template", "noscript", "head", "iframe", "object", "svg", "button", "select"}
_BREAKING = {
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "td", "th", "tr", "ul",
}  # fmt: skip
_APART = {"p", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_KEPT = {"\n", "\t"}


def clean(text: str) -> str:
    """Give `text` without control characters and lone surrogates, which stores can't hold; line ends are made alike.

    Right-to-left marks and other format characters stay: they are part of what was written, and the name finder
    knows them. Unicode is composed (NFC), so that the same words make the same post.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", text)[:LONGEST_POST]


def one_line(text: str) -> str:
    """Give `text` on one line, cleaned."""
    return _SPACES.sub(" ", clean(text)).strip()


def html_text(fragment: str) -> str:
    """Give the plain text of an HTML fragment: paragraphs apart, <br> a line end, scripts dropped, entities read."""
    fragment = clean(fragment)
    if "<" not in fragment and "&" not in fragment:
        return fragment.strip()
    if not fragment.strip():
        return ""
    try:
        root = html.fragment_fromstring(fragment, create_parent="div")
    except (etree.ParserError, ValueError):
        return re.sub(r"<[^>]*>", " ", fragment).strip()
    return element_text(root)


def element_text(root: html.HtmlElement) -> str:
    """Give the plain text of an element and what it contains. Loops rather than recurs: pages nest at will."""
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            _enter(element, parts)
            if element.tag in _DROPPED:
                element[:] = []
                element.text = None
        elif event == "end":
            if element.tag in _BREAKING and element is not root:
                parts.append("\n\n" if element.tag in _APART else "\n")
            _follow(element, root, parts)
        else:
            _follow(element, root, parts)
    return _tidy("".join(parts))


def _enter(element: html.HtmlElement, parts: list[str]) -> None:
    if element.tag == "br":
        parts.append("\n")
    elif element.tag == "img" and len(element.get("alt", "")) <= 4:  # noqa: PLR2004 - an emoji drawn as a picture
        parts.append(element.get("alt", ""))
    elif element.tag in _BREAKING and parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    if element.text and element.tag not in _DROPPED:
        parts.append(element.text if element.tag == "pre" else _SPACES.sub(" ", element.text))


def _follow(element: html.HtmlElement, root: html.HtmlElement, parts: list[str]) -> None:
    if element is not root and element.tail:
        parts.append(_SPACES.sub(" ", element.tail))


def _tidy(text: str) -> str:
    """Trim lines, and leave one empty line at most."""
    lines = [_SPACES.sub(" ", line).strip() for line in clean(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

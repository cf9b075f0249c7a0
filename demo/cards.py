"""The cards of the town's sites: what `handenaf sources add` would write for them."""

from typing import Any

from demo.messages import load_posts
from demo.town import Town

SELECTORS = {
    "post": "article.bericht",
    "permalink": "a.permalink",
    "platform_id": "data-id",
    "author": "a.auteur",
    "author_profile": "a.auteur",
    "time": "time",
    "text": ".tekst",
    "title": "h1",
}
"""CSS of what every site shows the same way."""

KINDS: dict[str, dict[str, Any]] = {
    "forum": {
        "kind": "forum",
        "address": "/",
        "purpose": "The town forum has a board on which parents discuss youth-protection workers by name.",
        "selectors": {**SELECTORS, "list_pages": "a.onderwerp", "next_page": "a[rel='next']"},
    },
    "klachten": {
        "kind": "forum",
        "address": "/",
        "purpose": "The complaint site publishes complaints about youth-protection organisations with open comments.",
        "selectors": {**SELECTORS, "list_pages": "a.klacht", "next_page": "a[rel='next']"},
    },
    "prikbord": {
        "kind": "browser",
        "address": "/",
        "purpose": "The notice board carried calls to visit youth-protection workers at home.",
        "selectors": {
            **{key: value for key, value in SELECTORS.items() if key != "title"},
            "ready": "article.bericht",
            "more": "button#meer",
        },
    },
    "blog": {
        "kind": "feed",
        "address": "/atom.xml",
        "purpose": "Guests of the weblog write about named youth-protection workers.",
    },
}
"""What is special in each site's card."""


def town_cards(town: Town) -> list[dict[str, Any]]:
    """Give a card for each site of `town`, ready for `tomli_w`; `most_posts` leaves room for one post in two more."""
    posts = load_posts()
    cards: list[dict[str, Any]] = []
    for site, special in KINDS.items():
        count = sum(post.site == site for post in posts)
        card: dict[str, Any] = {
            "name": f"demo-{site}",
            "kind": special["kind"],
            "address": town.sites[site] + special["address"],
            "purpose": special["purpose"],
            "language": "nl",
            "every_minutes": 60,
            # Notices take posts away: half must still be there, or the page has changed.
            "least_posts": count // 2,
            "most_posts": count * 3 // 2,
            "channel": "mail",
            "notice_to": f"abuse@{site}.test",
            "allow_loopback": True,
            # Our own machine; the one site that asks for more says so in its robots.txt.
            "delay_seconds": 0.1,
        }
        if "selectors" in special:
            card["selectors"] = special["selectors"]
        cards.append(card)
    return cards

"""Real software on loopback: WordPress, FlaskBB, Isso, a Mastodon API and the Bluesky AppView, seeded with gold posts.

The recipes lie in a folder beside the repository (`HANDENAF_SERVERS`, else ../shared/servers) and keep what they install in
`HANDENAF_SERVERS_HOME` (else /var/tmp/handenaf-servers). A server that isn't installed there is skipped, unless
HANDENAF_SERVERS_INSTALL=1 says to install it (apt, pip, npm; minutes).
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from classify.names import PostText, compile_roster
from crawlers.texts import html_text
from warehouse import Band, Person, Post

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.crawlers.conftest import LookOnce, MakeCard, Night

RECIPES = Path(os.environ.get("HANDENAF_SERVERS", Path(__file__).parents[3] / "shared" / "servers"))
HOME = Path(os.environ.get("HANDENAF_SERVERS_HOME", "/var/tmp/handenaf-servers"))  # noqa: S108 - see below
"""Where they are installed. Not in a home folder: database servers run as users of their own, who can't enter it."""
INSTALLED = {
    "wordpress": "wordpress/www/wp-config.php",
    "flaskbb": "flaskbb/flaskbb.cfg",
    "isso": "venv-isso/bin/gunicorn",
    "mastodon_mock": "venv-mastomock/bin/mastodon_mock",
    "atproto": "atproto/node_modules/@atproto/dev-env",
}
"""What is there once a recipe is installed."""
TOMORROW = timedelta(days=1, hours=1)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]


@contextmanager
def running(name: str) -> Iterator[None]:
    """Run a server with its seed; skip where it can't be had, and stop it only if it wasn't running before."""
    if not (RECIPES / f"{name}.sh").exists():
        pytest.skip(f"there is no recipe {name}.sh in {RECIPES}; HANDENAF_SERVERS names another folder")
    if not (HOME / INSTALLED[name]).exists():
        if os.environ.get("HANDENAF_SERVERS_INSTALL") != "1":
            pytest.skip(f"{name} is not installed in {HOME}; HANDENAF_SERVERS_INSTALL=1 installs it (minutes)")
        run(name, "install", seconds=380)
    ran_before = is_alive(name)
    try:
        if not ran_before:
            run(name, "start")
            run(name, "seed", seconds=180)
        yield
    finally:
        if not ran_before:
            run(name, "stop")


def run(name: str, step: str, *, seconds: int = 90) -> None:
    """Run one step of a recipe; skip with its last words where it fails."""
    command = ["bash", str(RECIPES / f"{name}.sh"), step]
    log = HOME / "log" / f"test-{name}-{step}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:  # a pipe would stay open as long as the server runs
        done = subprocess.run(
            command, env=os.environ | {"R": str(HOME)}, stdout=out, stderr=out, timeout=seconds, check=False
        )
    if done.returncode:
        pytest.skip(f"{name}.sh {step} failed: {log.read_text(errors='replace').strip()[-300:]}")


def is_alive(name: str) -> bool:
    """Tell whether a recipe's own process runs."""
    pid = HOME / "run" / f"{name.replace('mastodon_mock', 'mastomock')}.pid"
    return pid.exists() and Path(f"/proc/{pid.read_text().strip()}").exists()


def seed() -> list[dict[str, Any]]:
    threads: list[dict[str, Any]] = json.loads((RECIPES / "seed" / "seed.json").read_text())
    return threads


def gold_texts(threads: list[dict[str, Any]]) -> Counter[str]:
    """Give the normalised texts of all posts of the seed, openings with their titles."""
    openings = [f"{thread['title']} {thread['text']}" for thread in threads]
    return Counter(map(plain, openings + [comment["text"] for thread in threads for comment in thread["comments"]]))


def plain(text: str) -> str:
    """Give a text's letters and digits, so that typographic quotes, markup and spaces don't count."""
    return re.sub(r"[\W_]+", "", html.unescape(html_text(html.unescape(text)))).casefold()


def texts(posts: list[Post]) -> Counter[str]:
    return Counter(plain(post.text) for post in posts)


PEOPLE = tuple(
    Person(
        id=name, display_name=name, given_names=given, call_name=given, tussenvoegsel=between, surname=surname, role=role, town=town
    )
    for name, given, between, surname, role, town in (
        ("Fenna Terpstra", "Fenna", "", "Terpstra", "huisarts", "Huizum-Oost"),
        ("Joost van der Wijngaard", "Joost", "van der", "Wijngaard", "wijkagent", "Delfzijl"),
        ("Zoë Çelik-Bakker", "Zoë", "", "Çelik-Bakker", "verpleegkundige", "Middelburg"),
        ("Ruben de Graaf", "Ruben", "de", "Graaf", "gerechtsdeurwaarder", "Ede"),
        ("Mirjam 't Hart", "Mirjam", "'t", "Hart", "notaris", "Gouda"),
        ("Yassin El Idrissi", "Yassin", "", "El Idrissi", "docent", "Tiel"),
    )
)  # fmt: skip
"""The seed's professionals (`make_seed.py`), as a roster."""
NAMES = [person.display_name for person in PEOPLE]


def named_in_full(posts: list[Post]) -> Counter[str]:
    """Give the posts in which the finder sees a professional, of those that name one in full.

    Raises `AssertionError` where a post that names one in full has no mention of her, or more than one for a name.
    """
    mentions = compile_roster(PEOPLE).find([PostText(id=post.id, text=post.text) for post in posts])
    sure = {(one.post_id, one.person_id) for one in mentions if one.band in (Band.CERTAIN, Band.PROBABLE)}
    full = [(post, name) for post in posts for name in NAMES if is_in(name, post.text)]
    assert [(post.text, name) for post, name in full if (post.id, name) not in sure] == []
    return Counter(plain(post.text) for post, _ in full)


def is_in(name: str, text: str) -> bool:
    """Tell whether a text names somebody in full; WordPress draws apostrophes its own way."""
    return name.lower() in re.sub("[\u2018\u2019]", "'", text).lower()


def gold_in_full() -> int:
    """Count the seed's texts that name a professional in full, a name for each."""
    items = [f"{thread['title']} {thread['text']}" for thread in seed()]
    items += [comment["text"] for thread in seed() for comment in thread["comments"]]
    return sum(is_in(name, item) for item in items for name in NAMES)


def posts_of(night: Night) -> list[Post]:
    posts = [post for fetch in night.fetches for post in fetch.posts]
    assert len({post.permalink for post in posts}) == len(posts), "no post twice"
    assert all(post.posted_at for post in posts)
    return posts


@pytest.fixture(scope="module")
def wordpress() -> Iterator[str]:
    with running("wordpress"):
        yield "http://127.0.0.1:18080"


@pytest.fixture(scope="module")
def flaskbb() -> Iterator[str]:
    with running("flaskbb"):
        yield "http://127.0.0.1:18081"


@pytest.fixture(scope="module")
def isso() -> Iterator[str]:
    with running("isso"):
        yield "http://127.0.0.1:18088"


@pytest.fixture(scope="module")
def mastodon() -> Iterator[str]:
    with running("mastodon_mock"):
        yield "http://127.0.0.1:18083"


@pytest.fixture(scope="module")
def bluesky() -> Iterator[str]:
    with running("atproto"):
        yield "http://127.0.0.1:18584"


def test_wordpress_gives_every_article_and_comment_once(wordpress: str, make_card: MakeCard, look: LookOnce) -> None:
    card = make_card(wordpress, "wordpress")
    night = look(card)
    assert night.end.outcome == "ok", night.end
    posts = posts_of(night)
    assert texts(posts) == gold_texts(seed())
    assert named_in_full(posts).total() == gold_in_full()
    assert {post.author_name for post in posts if post.platform_id.startswith("post-")} == {"admin"}
    assert all(post.posted_at_how == "api" for post in posts)

    again = look(card, night, now=datetime.now(UTC) + TOMORROW)
    known = {post.id for post in posts}
    assert {post.id for post in posts_of(again)} <= known
    assert len(again.fetches) == 2, "one question for articles, one for comments"
    assert look(card, again, now=datetime.now(UTC) + 2 * TOMORROW).end.outcome == "unchanged"


def test_wordpress_can_be_asked_for_names(wordpress: str, make_card: MakeCard, look: LookOnce) -> None:
    night = look(make_card(wordpress, "wordpress", searches=True), searches=["Fenna Terpstra", "Ruben de Graaf"])
    assert night.end.outcome == "ok", night.end
    named = Counter(
        {text: n for text, n in gold_texts(seed()).items() if "fennaterpstra" in text or "rubendegraaf" in text}
    )
    found = texts(posts_of(night))
    assert named
    # WordPress looks for the words of a name anywhere, but "#FennaTerpstra" is one word to it
    assert named - found <= Counter({text: n for text, n in named.items() if is_hashtag(text)})


def is_hashtag(text: str) -> bool:
    """Tell whether a seed text names its person as a hashtag only."""
    items = [item for thread in seed() for item in [thread, *thread["comments"]] if plain(item["text"]) in text]
    return any((item["surface"] or "").startswith("#") for item in items)


FLASKBB = {
    "list_pages": [
        ".forum-name a[href^='/forum/']",
        ".forum-info a[href^='/forum/']",
        "a[href^='/topic/']:not([href*='?'])",
    ],
    "next_page": "//ul[contains(@class, 'pagination')]/li[contains(@class, 'active')]/following-sibling::li[1]/a/@href",
    "post": ".post-row",
    "permalink": ".post-meta a[href^='/post/']",
    "platform_id": ".post-content::attr(id)",
    "author": ".author-name h4",
    "author_profile": ".author-name a",
    "time": ".post-meta time",
    "text": ".post-content",
    "title": ".breadcrumb-item.active",
}


def test_flaskbb_gives_every_post_of_every_page_once(flaskbb: str, make_card: MakeCard, look: LookOnce) -> None:
    card = make_card(flaskbb + "/", "forum", selectors=FLASKBB)
    night = look(card)
    assert night.end.outcome == "ok", night.end
    posts = [post for post in posts_of(night) if not post.author_name.startswith("admin")]
    threads = seed()
    replies = [comment for thread in threads for comment in thread["comments"]] + threads[0]["comments"] * 4
    bodies = Counter(plain(item["text"]) for item in [*threads, *replies])
    titles = {plain(thread["title"]): plain(thread["title"] + thread["text"]) for thread in threads}
    found = texts(posts)
    assert sum(found.values()) == sum(bodies.values())
    for title, opening in titles.items():
        assert found[opening] >= 1, title
        found[opening] -= 1
    bodies -= Counter(plain(thread["text"]) for thread in threads)
    assert +found == +bodies
    assert named_in_full(posts).total() >= gold_in_full()  # the forum's seed repeats one thread's answers four times

    again = look(card, night, now=datetime.now(UTC) + TOMORROW)
    assert again.end.outcome == "unchanged", again.end
    assert not posts_of(again)


ISSO = {
    "post": ".isso-comment[id]",
    "permalink": ".isso-permalink",
    "author": ".isso-author",
    "time": "time",
    "text": ".isso-text",
    "title": "h1",
    "ready": "#isso-root .isso-comment[id]",
    "more": "a.isso-load-hidden",
}


def test_isso_gives_every_comment_that_javascript_draws(
    isso: str, make_card: MakeCard, look: LookOnce, chromium: str
) -> None:
    found: Counter[str] = Counter()
    full = 0
    for number in (1, 2, 3):
        card = make_card(f"{isso}/a{number}.html", "browser", selectors=ISSO, also_hosts=["127.0.0.1:18087"])
        night = look(card, chromium=chromium)
        assert night.end.outcome == "ok", night.end
        found += texts(posts_of(night))
        full += named_in_full(posts_of(night)).total()
    texts_wanted = [plain(item["text"]) for thread in seed() for item in [thread, *thread["comments"]]]
    without_title = Counter(
        {
            text.removeprefix("artikel1").removeprefix("artikel2").removeprefix("artikel3"): count
            for text, count in found.items()
        }
    )
    assert sum(found.values()) == len(texts_wanted)
    assert set(without_title) == set(texts_wanted)
    assert full >= sum(
        is_in(name, item["text"]) for thread in seed() for item in [thread, *thread["comments"]] for name in NAMES
    )


def test_a_mastodon_server_gives_its_public_timeline_and_replies(
    mastodon: str, make_card: MakeCard, look: LookOnce
) -> None:
    card = make_card(mastodon, "mastodon")
    night = look(card)
    assert night.end.outcome == "ok", night.end
    posts = posts_of(night)
    assert texts(posts) == gold_texts(seed())
    assert named_in_full(posts).total() == gold_in_full()
    again = look(card, night, now=datetime.now(UTC) + TOMORROW)
    assert again.end.outcome == "unchanged", again.end
    assert not posts_of(again)


def test_a_mastodon_server_can_be_asked_for_names(mastodon: str, make_card: MakeCard, look: LookOnce) -> None:
    night = look(make_card(mastodon, "mastodon", searches=True), searches=["Fenna Terpstra"])
    assert night.end.outcome == "ok", night.end
    items = [f"{thread['title']} {thread['text']}" for thread in seed()]
    items += [comment["text"] for thread in seed() for comment in thread["comments"]]
    named = {plain(text) for text in items if "fenna terpstra" in text.lower()}
    assert named
    assert named <= set(texts(posts_of(night)))


def test_bluesky_gives_every_post_that_names_someone_in_full(bluesky: str, make_card: MakeCard, look: LookOnce) -> None:
    card = make_card(bluesky, "bluesky", searches=True)
    night = look(card, searches=NAMES)
    assert night.end.outcome == "ok", night.end
    posts = posts_of(night)
    threads = seed()
    said = [f"{thread['title']}\n{thread['text']}" for thread in threads]
    said += [comment["text"] for thread in threads for comment in thread["comments"]]
    wanted = Counter(plain(text[:290]) for text in said if any(name in text[:290] for name in NAMES))
    assert texts(posts) == wanted
    assert set(named_in_full(posts)) == set(wanted)
    assert all(re.fullmatch(r"https://bsky\.app/profile/did:plc:\w+/post/\w+", post.permalink) for post in posts)

    again = look(card, night, now=datetime.now(UTC) + TOMORROW, searches=NAMES)
    assert {post.id for post in posts_of(again)} <= {post.id for post in posts}
    assert len(again.fetches) == len(NAMES)

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from demo.messages import load_posts
from flows.errors import FlowError
from flows.look import look, sources_due
from flows.open_house import opened
from flows.settings import Settings
from warehouse.state.tables import mentions, posts

MakeHome = Callable[..., Settings]


def every_byte(home: Path) -> bytes:
    """Read all that lies in an organisation's folder."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def named_in(settings: Settings) -> set[str]:
    """Give the ids of the people that were found so far."""
    with opened(settings) as state, state.engine.connect() as connection:
        return {row.person_id for row in connection.execute(select(mentions.c.person_id))}


def test_posts_that_name_nobody_leave_no_text_behind(make_home: MakeHome) -> None:
    settings = make_home("home", sources=["demo-forum"])
    assert "114 posts" in look(str(settings.home), "demo-forum")
    with opened(settings) as state, state.engine.connect() as connection:
        kept = {row.permalink.rsplit("/", 1)[1] for row in connection.execute(select(posts.c.permalink))}
    forum = [post for post in load_posts() if post.site == "forum"]
    nobody = [post for post in forum if post.post_id not in kept and not post.mentions]
    stored = every_byte(settings.home)
    assert len(nobody) >= 20
    assert [post.post_id for post in nobody if post.text[:60].encode() in stored] == []
    somebody = next(post for post in forum if post.post_id in kept and post.text.isascii() and '"' not in post.text)
    assert somebody.text[:60].encode() in stored, "this search must be able to find what was stored"


def test_what_was_just_looked_at_is_not_due_and_a_look_again_finds_it_unchanged(make_home: MakeHome) -> None:
    settings = make_home("home", sources=["demo-blog"])
    assert sources_due(settings) == ["demo-blog"]
    assert look(str(settings.home), "demo-blog").startswith("ok: 1 pages, 30 posts")
    assert sources_due(settings) == []
    assert sources_due(settings, again=True) == ["demo-blog"]
    assert look(str(settings.home), "demo-blog", again=True).startswith("unchanged: 1 pages, 0 posts, 0 new mentions")
    with opened(settings) as state:
        assert state.crawls.last_runs()[0].outcome == "unchanged"


def test_a_newcomer_on_the_roster_is_found_in_pages_that_were_seen_before(
    make_home: MakeHome, import_people: Callable[[Settings, Sequence[str]], None]
) -> None:
    settings = make_home("home", sources=["demo-blog"], people=["T01"])
    look(str(settings.home), "demo-blog")
    assert named_in(settings) == {"T01"}
    import_people(settings, ["T01", "T12"])
    assert sources_due(settings) == ["demo-blog"], "text that names a newcomer was never kept: every page is due"
    look(str(settings.home), "demo-blog")
    assert named_in(settings) == {"T01", "T12"}


def test_a_look_with_an_empty_roster_says_how_to_import_one(
    make_home: MakeHome, import_people: Callable[[Settings, Sequence[str]], None]
) -> None:
    settings = make_home("home", sources=["demo-blog"])
    import_people(settings, [])
    with pytest.raises(FlowError, match="handenaf people import"):
        look(str(settings.home), "demo-blog")

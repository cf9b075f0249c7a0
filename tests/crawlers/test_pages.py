"""Saved pages beside the posts they should give: every folder below pages/<kind>/ is a case, found by walking.

To add a case: save the page (names replaced), write meta.toml (url, fetched_at, and what else `Look` should hold), run
`HANDENAF_SAVE_EXPECTED=1 pytest tests/crawlers/test_pages.py`, and read posts.json with your own eyes before committing.
"""

import json
import os
import tomllib
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crawlers.cards import Selectors
from crawlers.pages import Look, Posts
from crawlers.spiders import find_spiders

PAGES = Path(__file__).parent / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/meta.toml"))
PARSERS = {"forum": "selected", "browser": "selected"}


def parse_case(case: Path) -> Posts:
    meta = tomllib.loads((case / "meta.toml").read_text())
    url = meta.pop("url")
    selectors = Selectors(**meta.pop("selectors", {}))
    page = next(path for path in case.iterdir() if path.stem == "page")
    kind = case.parent.name
    module = import_module(f"crawlers.kinds.{PARSERS.get(kind, kind)}")
    found: Posts = module.parse(page.read_bytes(), url, Look(source=kind, selectors=selectors, **meta))
    return found


def plain(page: Posts) -> dict[str, Any]:
    """Give what a page held as JSON would, leaving out what every post shares."""
    posts = [
        {key: value for key, value in asdict(post).items() if value and key not in {"source", "fetched_at"}}
        for post in page.posts
    ]
    found = {
        "posts": posts,
        "links": [asdict(link) for link in page.links],
        "notes": page.notes,
        "login_form": page.login_form,
        "mark": page.mark,
        "again_minutes": page.again_minutes,
    }
    told: dict[str, Any] = json.loads(json.dumps({key: value for key, value in found.items() if value}, default=str))
    return told


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.name}" for case in CASES])
def test_a_saved_page_gives_the_posts_beside_it(case: Path) -> None:
    found = plain(parse_case(case))
    expected = case / "posts.json"
    if os.environ.get("HANDENAF_SAVE_EXPECTED"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    assert found == json.loads(expected.read_text())


def test_every_kind_has_a_saved_page() -> None:
    assert {case.parent.name for case in CASES} == set(find_spiders())

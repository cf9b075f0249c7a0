"""The browser spider: a real Chromium draws pages whose HTML holds no post."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.crawlers.conftest import Answer, LookOnce, MakeCard, Town

SHELL = """<!doctype html><html lang=nl><meta charset=utf-8><h1>Klachten</h1><div id=lijst></div><button id=meer>Meer laden</button>
<script>
let page = 0;
async function laad() {
  const answer = await fetch("/api?page=" + page++); const found = await answer.json();
  for (const post of found.posts) {
    const article = document.createElement("article"); article.className = "post"; article.id = post.id;
    article.innerHTML = `<a class=permalink href="#${post.id}">#</a><b class=author>${post.author}</b><time>${post.time}</time><div class=body></div>`;
    article.querySelector(".body").textContent = post.text; document.getElementById("lijst").append(article);
  }
  if (!found.more) document.getElementById("meer").remove();
}
document.getElementById("meer").onclick = laad; setTimeout(laad, 300);
fetch("http://127.0.0.1:9/elders").catch(() => 0);
</script></html>"""


def draw_town(town: Town) -> None:
    town.page("/", SHELL)

    def posts(desk: BaseHTTPRequestHandler) -> Answer:
        page = int(desk.path[-1])
        body = ",".join(
            f'{{"id": "p{page}{n}", "author": "kees", "time": "20 november 2026 10:0{n}", "text": "Bericht {page}{n} <b>"}}'
            for n in range(3)
        )
        return (
            200,
            {"Content-Type": "application/json"},
            f'{{"posts": [{body}], "more": {str(page < 2).lower()}}}'.encode(),
        )

    town.pages["/api"] = posts


def test_posts_drawn_by_javascript_are_found_behind_every_click(
    town: Town, make_card: MakeCard, look: LookOnce, chromium: str
) -> None:
    draw_town(town)
    card = make_card(town.url + "/", "browser", selectors={"ready": "article.post", "more": "#meer"})
    night = look(card, chromium=chromium)
    assert night.end.outcome == "ok", night.end
    assert sorted(night.texts) == sorted(
        ("Klachten\n\n" if (page, n) == (0, 0) else "") + f"Bericht {page}{n} <b>"
        for page in range(3)
        for n in range(3)
    )
    post = night.fetches[0].posts[0]
    assert post.permalink == f"{town.url}/#p00"
    assert (post.posted_at_literal, post.posted_at_how) == ("20 november 2026 10:00", "absolute text")
    assert all("Handenaf" in headers["user-agent"] for _, headers in town.asked)


def test_a_page_that_never_gets_ready_says_so(town: Town, make_card: MakeCard, look: LookOnce, chromium: str) -> None:
    town.page("/", "<h1>Leeg</h1>")
    night = look(make_card(town.url + "/", "browser", selectors={"ready": "article.post"}), chromium=chromium)
    assert night.end.outcome == "empty"
    assert "'article.post' did not appear within" in night.messages


def test_no_browser_outlives_its_caller(town: Town, make_card: MakeCard, chromium: str, tmp_path: Path) -> None:
    """The caller is killed with kill -9 while Chromium has a page open: spider, driver and browser go with it."""
    draw_town(town)
    script = tmp_path / "caller.py"
    card = make_card(town.url + "/", "browser", selectors={"ready": "article.never"})
    script.write_text(
        "import sys\nfrom datetime import UTC, datetime\nfrom crawlers import Card, crawl\n"
        "card = Card.model_validate_json(sys.argv[1])\n"
        "list(crawl(card, frontier=(), now=datetime.now(UTC), chromium=sys.argv[2]))\n"
    )
    marker = f"handenaf-test-{os.getpid()}"
    caller = subprocess.Popen(
        [sys.executable, str(script), card.model_dump_json(), chromium],
        env=os.environ | {"HANDENAF_MARK": marker},
        cwd=Path.cwd(),
    )
    try:
        wait_until(lambda: any("--headless" in line for line in marked(marker)))
    finally:
        caller.kill()
        caller.wait()
    wait_until(lambda: not marked(marker))
    assert marked(marker) == []


def marked(marker: str) -> list[str]:
    """Give the command lines of processes that carry `marker` in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)

"""Captures of real sites on loopback: WordPress with its comments, Isso whose comments only its script writes.

The recipes lie in a folder beside the repository (`HANDENAF_SERVERS`, else ../shared/servers) and keep what they install in
`HANDENAF_SERVERS_HOME`. A site that isn't installed there is skipped; `wordpress.sh install` and `isso.sh install` do it.
"""

import html
import io
import json
import os
import re
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from takedown.evidence.capture import capture
from takedown.evidence.files import read_json, read_kept

RECIPES = Path(os.environ.get("HANDENAF_SERVERS", Path(__file__).parents[4] / "shared" / "servers"))
HOME = Path(os.environ.get("HANDENAF_SERVERS_HOME", "/var/tmp/handenaf-servers"))  # noqa: S108 - as tests/crawlers has it
INSTALLED = {"wordpress": "wordpress/www/wp-config.php", "isso": "venv-isso/bin/gunicorn"}
FAR_AWAY = "https://s.w.org/images/core/emoji/"
"""WordPress has the pictures of emoji come from its makers' server, which no test reaches: that is all that may be missing, and must be named."""
NOT_LOADED = "Een afbeelding op de pagina is niet geladen: "
WHOLE, SAMPLE = 50, 2
"""Captures of each site: 100 in all with `make test-evidence`, a few always where the sites are installed."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(3600), pytest.mark.xdist_group("evidence-servers")]


@contextmanager
def running(name: str) -> Iterator[None]:
    """Run a site with its seed; skip where it isn't installed, and stop it only if it wasn't running before."""
    if not (RECIPES / f"{name}.sh").exists() or not (HOME / INSTALLED[name]).exists():
        pytest.skip(f"{name} is not installed in {HOME}; HANDENAF_SERVERS_HOME names another folder")
    pid = HOME / "run" / f"{name}.pid"
    ran_before = pid.exists() and Path(f"/proc/{pid.read_text().strip()}").exists()
    try:
        if not ran_before:
            step(name, "start")
            step(name, "seed")
        yield
    finally:
        if not ran_before:
            step(name, "stop")


def step(name: str, what: str) -> None:
    """Run one step of a recipe; skip with its last words where it fails."""
    log = HOME / "log" / f"evidence-{name}-{what}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:  # a pipe would stay open as long as the site runs
        done = subprocess.run(
            ["bash", RECIPES / f"{name}.sh", what], env=os.environ | {"R": str(HOME)}, stdout=out, stderr=out, timeout=300, check=False
        )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{name}.sh {what} failed: {log.read_text(errors='replace').strip()[-300:]}")


def fetch(url: str) -> list[dict[str, object]]:
    """Fetch JSON."""
    found: list[dict[str, object]] = json.load(urllib.request.urlopen(url, timeout=30))
    return found


def wordpress_posts() -> list[tuple[str, str]]:
    """Give address and text of WordPress's comments."""
    rows = fetch("http://127.0.0.1:18080/wp-json/wp/v2/comments?per_page=100&order=asc&_fields=link,content")
    return [(str(row["link"]), plain(str(row["content"]["rendered"]))) for row in rows]  # type: ignore[index]


def isso_posts() -> list[tuple[str, str]]:
    """Give address and text of Isso's comments, answers to others included."""
    found = []
    for number in (1, 2, 3):
        url = f"http://127.0.0.1:18087/?uri=/a{number}.html&nested_limit=0&plain=1"
        with urllib.request.urlopen(url, timeout=30) as answer:
            rows = json.load(answer)["replies"]
        found += [(f"http://127.0.0.1:18088/a{number}.html#isso-{row['id']}", plain(str(row["text"]))) for row in rows]
    return found


def plain(markup: str) -> str:
    """Give a text without its markup."""
    return html.unescape(re.sub(r"<[^>]+>", " ", html.unescape(markup))).strip()


@pytest.mark.parametrize("site", ["wordpress", "isso"])
def test_every_capture_of_a_real_site_is_whole(site: str, tmp_path: Path, whole: bool) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed; `make setup` finds or gets one")
    with running(site):
        posts = wordpress_posts() if site == "wordpress" else isso_posts()
        assert posts
        chosen = [posts[n % len(posts)] for n in range(WHOLE if whole else SAMPLE)]
        failed = []
        for number, (url, text) in enumerate(chosen):
            made = capture(
                url, case_id=str(number), folder=tmp_path, post_text=text, chromium=chromium, allow_loopback=True
            )
            names = {file.name for file in made.files}
            manifest = read_json(tmp_path, made.manifest_sha256)
            if "pagina.wacz" not in names:
                failed.append((url, text[:60], made.visible, made.limitations))
                continue
            archive = read_kept(tmp_path, next(file.sha256 for file in made.files if file.name == "pagina.wacz"))
            with zipfile.ZipFile(io.BytesIO(archive)) as wacz:
                warc = io.BytesIO(wacz.read("archive/pagina.warc.gz"))
            answers = sum(record.rec_type == "response" for record in ArchiveIterator(warc, check_digests="raise"))
            missing = [one for one in made.limitations if one.startswith(NOT_LOADED)]
            good = (
                made.visible == "visible"
                and {"bericht.png", "bericht-gemarkeerd.png", "woorden.json", "venster.png", "pagina.mhtml"} <= names
                and answers >= 2
                and manifest["afbeeldingen"]["niet_geladen"] == len(missing)
            )
            if not good or any(FAR_AWAY not in one for one in made.limitations):
                failed.append((url, text[:60], made.visible, made.limitations))
        assert failed == [], f"{len(failed)} of {len(chosen)}"

"""The steps of one visit to a page: load, picture, read, scroll, keep; each reports what it did and what it missed."""

import base64
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

from takedown.evidence.answers import Answers
from takedown.evidence.clicks import click, find_clickable
from takedown.evidence.files import keep
from takedown.evidence.recorder import Recorder
from takedown.evidence.screenshots import MOST_TILES, TILE, page_size, shoot, tiles
from takedown.evidence.words import MOST_WORDS, words_of
from takedown.page_state import NEEDLE, VISIBLE, page_state, squash

LOAD_S, SETTLE_S, SCROLL_S = 20.0, 3.0, 8.0
"""Seconds at most for loading, for the network to fall silent, and for scrolling; 90 s is the whole budget."""

PACK_S = 20.0
"""Seconds kept at the end for packing the archive and closing the browser, on a machine that is busy."""

QUIET_S = 0.3
"""Seconds without an open request that count as silence: scripts ask for the next thing within a few frames."""

MOST_CLICKS = 12
"""Times a thread is asked for more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to visit, and where to store what is found."""

    url: str
    folder: str
    post_text: str
    selector: str
    chromium: str | None
    allow_loopback: bool
    sandbox: bool
    software: str
    profile: str = ""
    """Address of the author's profile, where known."""
    media: tuple[str, ...] = ()
    """Addresses of the post's own media, where known."""
    seconds: float = 90.0
    """After so long the visit is cut off from outside; it stops by itself before, so that the archive is packed."""
    before: str = ""
    """SHA-256 of the time stamp that was made before this visit; stands in the archive's first record."""


def tell(event: str, **what: object) -> None:
    """Report one line to the parent, at once."""
    sys.stdout.write(json.dumps({"event": event, "at": datetime.now(UTC).isoformat(), **what}) + "\n")
    sys.stdout.flush()


def limit(text: str) -> None:
    """Report something that is missing, and why."""
    tell("limitation", text=text)


class Visit:
    """One page, open in a browser, and the steps taken on it."""

    def __init__(self, order: Order, page: Page, cdp: CDPSession, recorder: Recorder, prefix: str = "") -> None:
        """Take the steps of `order` on `page`; `prefix` goes before every file name."""
        self.order, self.page, self.cdp, self.recorder, self.prefix = order, page, cdp, recorder, prefix
        self.ends = time.monotonic() + order.seconds - min(PACK_S, order.seconds / 3)
        self.found: dict[str, Any] | None = None
        self.status = 200

    def store(self, name: str, content: bytes, media_type: str, role: str) -> str:
        """Keep a file and report it; gives its SHA-256."""
        sha256 = keep(Path(self.order.folder), content)
        kept = {"name": self.prefix + name, "sha256": sha256, "bytes": len(content), "media_type": media_type}
        tell("file", **kept, role="profile" if self.prefix else role)
        return sha256

    def attempt(self, what: str, step: Callable[[], None]) -> None:
        """Take a step whose failure leaves a gap, not a failed capture: the gap is reported, also where time is up."""
        if time.monotonic() > self.ends:
            limit(f"{what} overgeslagen: de tijd voor deze vastlegging was op.")
            return
        try:
            step()
        except PlaywrightError as error:
            limit(f"{what} niet gelukt: {str(error).splitlines()[0][:300]}.")

    def load(self, url: str) -> bool:
        """Open the page and report how it answered; False when no answer came at all."""
        tell("action", kind="laden", target=url)
        try:
            answer = self.page.goto(url, wait_until="load", timeout=LOAD_S * 1000)
        except PlaywrightError as error:
            reason = str(error).splitlines()[0][:300]
            if "Timeout" not in reason:
                limit(f"De pagina is niet geladen: {reason}.")
                return False
            limit(f"De pagina was na {LOAD_S:.0f} seconden nog niet klaar met laden.")
            answer = None
        if answer and not self.prefix:
            self.status, told = answer.status, Answers(answer, self.recorder)
            tell("facts", **told.facts())
            self.attempt("Certificaat opslaan", lambda: self.keep_certificates(told.url))
        if not self.settle():
            limit(f"De pagina bleef gegevens ophalen, ook {SETTLE_S:.0f} seconden na het laden.")
        return True

    def settle(self, seconds: float = SETTLE_S) -> bool:
        """Wait until no request was open for a moment, `seconds` at most; False when some still are."""
        ends = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while time.monotonic() < ends:
            self.page.wait_for_timeout(50)
            if self.recorder.open_requests():
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= QUIET_S:
                return True
        return not self.recorder.open_requests(older_than_s=seconds / 2)

    def keep_certificates(self, url: str) -> None:
        """Store the certificate chain as the browser saw it."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return
        answer = self.cdp.send("Network.getCertificate", {"origin": f"{parts.scheme}://{parts.netloc}"})
        for number, encoded in enumerate(answer["tableNames"]):
            self.store(f"tls-{number}.der", base64.b64decode(encoded), "application/pkix-cert", "certificate")

    def find(self) -> dict[str, Any] | None:
        """Find the post's element on the page as it is now."""
        script = files("takedown.evidence").joinpath("find_post.js").read_text(encoding="utf-8")
        wanted = {
            "needle": squash(self.order.post_text[: NEEDLE * 8])[:NEEDLE],
            "fragment": urlsplit(self.order.url).fragment,
            "selector": self.order.selector,
        }
        self.found = self.page.evaluate(script, wanted) or self.found
        return self.found

    def wait_for_post(self, seconds: float = SETTLE_S) -> None:
        """Give a page that is filled by its scripts a moment to show the post; not one that says why it is not there."""
        words = self.page.evaluate("() => document.body ? document.body.innerText.slice(0, 20000) : ''")
        seen = page_state(status=self.status, url=self.order.url, final_url=self.page.url, page_text=words, found=False)
        ends = time.monotonic() + (seconds if seen == VISIBLE else 0)
        while not self.find() and squash(self.order.post_text) and time.monotonic() < ends:
            self.page.wait_for_timeout(250)

    def read(self) -> None:
        """Report title, addresses, and store the page's visible text."""
        text = self.page.evaluate("() => document.body ? document.body.innerText : ''")[:2_000_000]
        canonical = self.page.evaluate("() => document.querySelector('link[rel=canonical]')?.href ?? null")
        if not self.prefix:
            tell("facts", title=self.page.title()[:500], final_url=self.page.url, canonical_url=canonical)
        self.store("pagina.txt", text.encode("utf-8", "replace"), "text/plain", "text")

    def refuse_consent(self) -> None:
        """Refuse what a consent dialog asks, or accept where it covers the page and can't be refused; then picture it."""
        found = find_clickable(self.page, "consent")
        if not found:
            return
        if found.kind == "accept" and not found.covers:
            limit("Er staat een vraag om toestemming op de pagina die niet te weigeren was; zij is niet beantwoord.")
            return
        said = "toestemming gegeven, weigeren kon niet" if found.kind == "accept" else "toestemming geweigerd"
        tell("action", kind="klik", target=f"{said}: '{found.text}'")
        click(found)
        self.settle(1.5)
        self.shoot_window("venster-na-toestemming.png", "venster, na de klik")

    def show_more(self) -> None:
        """Ask a thread for more of it until the post is there."""
        for _ in range(MOST_CLICKS):
            if self.find() or not squash(self.order.post_text):
                return
            found = find_clickable(self.page, "more")
            if not found:
                return
            tell("action", kind="klik", target=f"meer tonen: '{found.text}'")
            click(found)
            self.settle(1.5)

    def scroll(self) -> None:
        """Scroll down until the height stands and no request is open, then back up: lazy pages load as they are scrolled."""
        tell("action", kind="scrollen", target="tot de hoogte gelijk blijft en niets meer wordt opgehaald")
        ends = time.monotonic() + SCROLL_S
        seen = -1
        while time.monotonic() < ends:
            bottom, height = self.page.evaluate(
                "() => { scrollBy({ top: innerHeight * 0.9, behavior: 'instant' });"
                " return [scrollY + innerHeight, document.documentElement.scrollHeight]; }"
            )
            self.page.wait_for_timeout(60)
            if bottom + 2 >= height:
                if height == seen:
                    break
                seen = height
                self.settle(max(0.4, min(SETTLE_S, ends - time.monotonic())))
        else:
            limit(f"De pagina groeide na {SCROLL_S:.0f} seconden scrollen nog door; het vervolg ontbreekt.")
        self.page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")

    def count_pictures(self) -> None:
        """Report the pictures that are on the page and did not load."""
        script = (
            "() => { const all = [...document.images].filter((i) => i.currentSrc || i.getAttribute('src'));"
            " return [all.length, all.filter((i) => !(i.complete && i.naturalWidth)).map((i) => i.currentSrc || i.src)]; }"
        )
        total, missing = self.page.evaluate(script)
        if not self.prefix:
            tell("facts", pictures=total, pictures_missing=len(missing))
        for url in missing[:20]:
            limit(f"Een afbeelding op de pagina is niet geladen: {str(url)[:300]}.")

    def shoot_window(self, name: str = "venster.png", what: str = "venster, voor elke handeling") -> None:
        """Store what stands in the window."""
        tell("action", kind="schermafdruk", target=what)
        self.store(name, shoot(self.cdp), "image/png", "screenshot")

    def keep_words(self) -> None:
        """Store every visible word with where it is drawn."""
        tell("action", kind="woorden meten", target="alle zichtbare woorden met hun plaats")
        box = [self.found[name] for name in ("x", "y", "width", "height")] if self.found else None
        content, count = words_of(self.page, box)
        self.store("woorden.json", content, "application/json", "words")
        if count >= MOST_WORDS:
            limit(f"De pagina heeft meer dan {MOST_WORDS} woorden; van de rest is de plaats niet gemeten.")

    def shoot_page(self, most: int = MOST_TILES) -> None:
        """Store the whole page in tiles."""
        width, height = page_size(self.page)
        tell("action", kind="schermafdruk", target=f"hele pagina, {width} x {height}")
        for number, (top, part) in enumerate(tiles(height, most)):
            picture = shoot(self.cdp, (0, top, width, part))
            self.store(f"volledig-{number}.png", picture, "image/png", "page-screenshot")
        if height > TILE * most:
            limit(f"De pagina is {height} beeldpunten hoog; alleen de bovenste {TILE * most} zijn afgebeeld.")

    def shoot_post(self, found: dict[str, Any]) -> None:
        """Store the post's own element, alone, and its text."""
        clip = (found["x"], found["y"], found["width"], found["height"])
        tell("action", kind="schermafdruk", target=f"bericht ({found['css']})")
        tell("facts", post_box=[round(value) for value in clip], post_css=found["css"])
        self.store("bericht.png", shoot(self.cdp, clip), "image/png", "post-screenshot")
        self.store("bericht.txt", found["text"].encode("utf-8", "replace"), "text/plain", "text")
        if found["height"] > TILE:
            limit(f"Het bericht is {found['height']:.0f} beeldpunten hoog; los afgebeeld zijn de bovenste {TILE}.")

    def keep_page(self, *, whole: bool = True) -> None:
        """Store the DOM as it stands and, where `whole`, the page as MHTML."""
        tell(
            "action",
            kind="opslaan",
            target="pagina zoals getoond (DOM, MHTML)" if whole else "pagina zoals getoond (DOM)",
        )
        self.store("dom.html", self.page.content().encode("utf-8", "replace"), "text/html", "html")
        if whole:
            snapshot = self.cdp.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
            self.store("pagina.mhtml", snapshot.encode("utf-8", "replace"), "multipart/related", "mhtml")


def take_steps(visit: Visit) -> None:
    """Load, picture, refuse consent, scroll, read, picture again and keep: each step reports for itself."""
    if not visit.load(visit.order.url):
        return
    visit.attempt("Schermafdruk van het venster", visit.shoot_window)
    visit.attempt("Weigeren van toestemming", visit.refuse_consent)
    visit.wait_for_post()
    visit.attempt("Tekst van de pagina", visit.read)
    visit.attempt("Scrollen", visit.scroll)
    visit.attempt("Meer reacties tonen", visit.show_more)
    visit.find()
    tell("facts", found=bool(visit.found))
    visit.attempt("Tellen van de afbeeldingen", visit.count_pictures)
    visit.attempt("Meten van de woorden", visit.keep_words)
    if visit.found:
        place = visit.found
        visit.attempt("Schermafdruk van het bericht", lambda: visit.shoot_post(place))
    else:
        limit("De tekst van het bericht is niet op de pagina gevonden; er is geen afbeelding van het bericht alleen.")
    visit.attempt("Schermafdruk van de hele pagina", visit.shoot_page)
    visit.attempt("Tekst van de pagina", visit.read)
    visit.attempt("Opslaan van de pagina", visit.keep_page)


def take_light_steps(visit: Visit, url: str) -> None:
    """Load, picture, read and keep a page that belongs to the post, such as its author's profile; no scrolling."""
    if not visit.load(url):
        return
    visit.attempt("Schermafdruk van het profiel", lambda: visit.shoot_window(what="venster, profiel van de schrijver"))
    visit.attempt("Weigeren van toestemming", visit.refuse_consent)
    visit.attempt("Schermafdruk van het hele profiel", lambda: visit.shoot_page(most=2))
    visit.attempt("Woorden van het profiel", visit.keep_words)
    visit.attempt("Tekst van het profiel", visit.read)
    visit.attempt("Opslaan van het profiel", lambda: visit.keep_page(whole=False))

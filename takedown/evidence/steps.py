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

from takedown.evidence.files import keep
from takedown.evidence.screenshots import MOST_TILES, TILE, page_size, shoot, tiles
from takedown.page_state import NEEDLE, squash

LOAD_S, SETTLE_S, SCROLL_S = 20.0, 3.0, 8.0
"""Seconds at most for loading, for the network to fall silent, and for scrolling; 45 s is the whole budget."""


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


def tell(event: str, **what: object) -> None:
    """Report one line to the parent, at once."""
    sys.stdout.write(json.dumps({"event": event, "at": datetime.now(UTC).isoformat(), **what}) + "\n")
    sys.stdout.flush()


def limit(text: str) -> None:
    """Report something that is missing, and why."""
    tell("limitation", text=text)


class Visit:
    """One page, open in a browser, and the steps taken on it."""

    def __init__(self, order: Order, page: Page, cdp: CDPSession) -> None:
        """Take the steps of `order` on `page`."""
        self.order, self.page, self.cdp = order, page, cdp

    def store(self, name: str, content: bytes, media_type: str, role: str) -> None:
        """Keep a file and report it."""
        sha256 = keep(Path(self.order.folder), content)
        tell("file", name=name, sha256=sha256, bytes=len(content), media_type=media_type, role=role)

    def attempt(self, what: str, step: Callable[[], None]) -> None:
        """Take a step whose failure leaves a gap, not a failed capture: the gap is reported."""
        try:
            step()
        except PlaywrightError as error:
            limit(f"{what} niet gelukt: {str(error).splitlines()[0][:300]}.")

    def load(self) -> bool:
        """Open the page and report how it answered; False when no answer came at all."""
        tell("action", kind="laden", target=self.order.url)
        try:
            answer = self.page.goto(self.order.url, wait_until="load", timeout=LOAD_S * 1000)
        except PlaywrightError as error:
            reason = str(error).splitlines()[0][:300]
            if "Timeout" not in reason:
                limit(f"De pagina is niet geladen: {reason}.")
                return False
            limit(f"De pagina was na {LOAD_S:.0f} seconden nog niet klaar met laden.")
            answer = None
        if answer:
            self.report_answer(answer.request.response())
        try:
            self.page.wait_for_load_state("networkidle", timeout=SETTLE_S * 1000)
        except PlaywrightError:
            limit(f"De pagina bleef gegevens ophalen, ook {SETTLE_S:.0f} seconden na het laden.")
        return True

    def report_answer(self, answer: Any) -> None:
        """Report status, headers, redirects, server address and TLS of the page's own response."""
        if answer is None:
            return
        hops: list[dict[str, object]] = []
        request = answer.request
        while request.redirected_from:
            earlier = request.redirected_from
            response = earlier.response()
            hops.insert(0, {"van": earlier.url, "naar": request.url, "status": response.status if response else 0})
            request = earlier
        server = answer.server_addr() or {}
        tell(
            "facts",
            status=answer.status,
            redirects=hops,
            headers=[[h["name"], h["value"]] for h in answer.headers_array()],
            server_ip=server.get("ipAddress", ""),
            tls=dict(answer.security_details() or {}) or None,
        )
        if urlsplit(answer.url).scheme == "https":
            self.attempt("Certificaat opslaan", lambda: self.keep_certificates(answer.url))

    def keep_certificates(self, url: str) -> None:
        """Store the certificate chain as the browser saw it."""
        parts = urlsplit(url)
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
        found: dict[str, Any] | None = self.page.evaluate(script, wanted)
        return found

    def read(self) -> None:
        """Report title, addresses, and store the page's visible text."""
        text = self.page.evaluate("() => document.body ? document.body.innerText : ''")[:2_000_000]
        canonical = self.page.evaluate("() => document.querySelector('link[rel=canonical]')?.href ?? null")
        tell("facts", title=self.page.title()[:500], final_url=self.page.url, canonical_url=canonical)
        self.store("pagina.txt", text.encode("utf-8", "replace"), "text/plain", "text")

    def scroll(self) -> None:
        """Scroll down until the height stands, then back to the top: lazy pages load as they are scrolled."""
        tell("action", kind="scrollen", target="tot de hoogte gelijk blijft")
        ends = time.monotonic() + SCROLL_S
        seen = -1
        while time.monotonic() < ends:
            bottom, height = self.page.evaluate(
                "() => { scrollBy(0, innerHeight * 0.9);"
                " return [scrollY + innerHeight, document.documentElement.scrollHeight]; }"
            )
            self.page.wait_for_timeout(60)
            if bottom + 2 >= height:
                if height == seen:
                    break
                seen = height
                self.page.wait_for_timeout(400)
        else:
            limit(f"De pagina groeide na {SCROLL_S:.0f} seconden scrollen nog door; het vervolg ontbreekt.")
        self.page.evaluate("() => scrollTo(0, 0)")

    def shoot_window(self) -> None:
        """Store what stood in the window, before anything was touched."""
        tell("action", kind="schermafdruk", target="venster, voor elke handeling")
        self.store("venster.png", shoot(self.cdp), "image/png", "screenshot")

    def shoot_page(self) -> None:
        """Store the whole page in tiles."""
        width, height = page_size(self.page)
        tell("action", kind="schermafdruk", target=f"hele pagina, {width} x {height}")
        for number, (top, part) in enumerate(tiles(height)):
            picture = shoot(self.cdp, (0, top, width, part))
            self.store(f"volledig-{number}.png", picture, "image/png", "page-screenshot")
        if height > TILE * MOST_TILES:
            limit(f"De pagina is {height} beeldpunten hoog; alleen de bovenste {TILE * MOST_TILES} zijn afgebeeld.")

    def shoot_post(self, found: dict[str, Any]) -> None:
        """Store the post's own element, alone, and its text."""
        clip = (found["x"], found["y"], found["width"], found["height"])
        tell("action", kind="schermafdruk", target=f"bericht ({found['css']})")
        tell("facts", post_box=[round(value) for value in clip], post_css=found["css"])
        self.store("bericht.png", shoot(self.cdp, clip), "image/png", "post-screenshot")
        self.store("bericht.txt", found["text"].encode("utf-8", "replace"), "text/plain", "text")

    def keep_page(self) -> None:
        """Store the DOM as it stands and the page as MHTML."""
        self.store("dom.html", self.page.content().encode("utf-8", "replace"), "text/html", "html")
        whole = self.cdp.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
        self.store("pagina.mhtml", whole.encode("utf-8", "replace"), "multipart/related", "mhtml")


def take_steps(visit: Visit) -> None:
    """Load, picture, read, scroll, picture again and keep: each step reports for itself."""
    if not visit.load():
        return
    visit.attempt("Schermafdruk van het venster", visit.shoot_window)
    found = visit.find()
    ends = time.monotonic() + SETTLE_S
    while not found and squash(visit.order.post_text) and time.monotonic() < ends:
        visit.page.wait_for_timeout(250)
        found = visit.find()
    visit.attempt("Tekst van de pagina", visit.read)
    visit.attempt("Scrollen", visit.scroll)
    found = visit.find() or found
    tell("facts", found=bool(found))
    if found:
        place = found
        visit.attempt("Schermafdruk van het bericht", lambda: visit.shoot_post(place))
    else:
        limit("De tekst van het bericht is niet op de pagina gevonden; er is geen afbeelding van het bericht alleen.")
    visit.attempt("Schermafdruk van de hele pagina", visit.shoot_page)
    visit.attempt("Tekst van de pagina", visit.read)
    visit.attempt("Opslaan van de pagina", visit.keep_page)

"""A whole review in a real Chromium, with the keyboard alone: from signing in to a notice that a mail server took."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect, sync_playwright

from warehouse import CaseState, Label

PASSWORD = "een korte zin is beter"


class Sink:
    """Takes every letter, as a platform's abuse desk does."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(envelope.content)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    """Run a mail server on a free port of 127.0.0.1."""
    taken = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(taken, hostname="127.0.0.1", port=port)  # it can't choose a port by itself
    server.start()
    yield taken, port
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, the installed one or else Playwright's own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), chromium_sandbox=False)
        yield running
        running.close()


def sign_in(browser: Browser, address: str, login: str) -> Page:
    """Sign in by typing; the cursor stands in the first field."""
    page = browser.new_context(base_url=address, locale="nl-NL").new_page()
    page.goto("/")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Wachtrij")
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.timeout(120)
def test_from_login_to_sent_notice_with_the_keyboard_only(
    serve: Callable[..., str], browser: Browser, sink: tuple[Sink, int], build: Callable[..., Any]
) -> None:
    taken, port = sink
    town = build(port)
    address = serve(town.desk)
    case = town.cases[0]

    roos = sign_in(browser, address, "roos")
    press(roos, "v")  # the next case: the acute one
    expect(roos.locator("h1")).to_contain_text("Sanne Verhoeven")
    text = roos.locator("#text blockquote")
    expect(text).not_to_contain_text("naar haar auto")
    press(roos, "t")
    expect(text).to_contain_text("Ik weet hoe laat ze naar haar auto loopt")
    expect(text.locator("mark").first).to_be_visible()
    press(roos, "j", "1", "Enter")
    expect(roos.locator(".steps .given").first).to_contain_text("roos")
    press(roos, "a", "1", "Enter")
    expect(roos.locator("#notice")).to_be_visible()
    assert town.state.cases.one(case.id).state is CaseState.UNLAWFUL

    press(roos, "z")  # a second thought, and back again
    expect(roos.locator("#notice")).not_to_be_attached()
    assert town.state.cases.one(case.id).state is CaseState.TO_REVIEW
    press(roos, "a", "1", "Enter")
    expect(roos.locator("#notice")).to_be_visible()

    press(roos, "m")
    press(roos, "Tab", "Tab", "Tab")  # language, channel, explanation
    press(roos, "End")
    roos.keyboard.type(" De schrijver kondigt aan haar bij haar auto op te wachten.")
    press(roos, "Control+Enter")
    expect(roos.locator(".ladder .done")).to_have_count(1)

    lieke = sign_in(browser, address, "lieke")
    lieke.goto(f"/case/{case.id}")
    press(lieke, "g")
    expect(lieke.locator(".ladder .done")).to_have_count(2)
    press(lieke, "s")
    expect(lieke).to_have_url(f"{address}/case/{case.id}/notice/{town.state.papers.notices(case.id)[-1].id}/send")
    assert not taken.letters, "nothing leaves before the last step"
    reach(lieke, "input[name=sure]")
    press(lieke, "Space")
    reach(lieke, "button.main")
    press(lieke, "Enter")
    expect(lieke.locator("body")).to_contain_text("Verstuurd")

    assert town.state.cases.one(case.id).state is CaseState.SENT
    (letter,) = taken.letters
    assert b"ouderforum.example" in letter
    receipt = town.state.papers.receipt(town.state.papers.notices(case.id)[-1].id)
    assert receipt
    assert receipt.reference.encode() in letter
    assert Label.THREAT in town.state.posts.verdict(case.verdict_id).labels


def reach(page: Page, css: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(60):
        press(page, "Tab")
        if page.evaluate("css => document.activeElement?.matches(`main ${css}`) ?? false", css):
            return
    pytest.fail(f"{css} can't be reached with Tab")


def test_the_sheet_of_keys_opens_and_closes(serve: Callable[..., str], browser: Browser, town: Any) -> None:
    page = sign_in(browser, serve(town.desk), "roos")
    expect(page.locator("#keys")).not_to_be_visible()
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    press(page, "?")
    expect(page.locator("#keys")).not_to_be_visible()


def test_two_reviewers_are_never_led_to_the_same_case(serve: Callable[..., str], browser: Browser, town: Any) -> None:
    address = serve(town.desk)
    seen = []
    for login in ("roos", "daan"):
        page = sign_in(browser, address, login)
        press(page, "v")
        expect(page.locator("h1")).not_to_have_text("Wachtrij")
        seen.append(page.url)
    assert len(set(seen)) == 2


def test_the_desk_shouts_nothing_in_the_console(
    serve: Callable[..., str], browser: Browser, town: Any, tmp_path: Path
) -> None:
    """The content policy forbids inline code; a page that breaks it says so in the console."""
    page = sign_in(browser, serve(town.desk), "lieke")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/queue", "/cases", "/overview", "/help", "/account", "/log", f"/case/{town.cases[0].id}"):
        page.goto(path)
        page.screenshot(path=tmp_path / "page.png")
    assert said == []

"""The notice board in a real Chromium: posts appear by JavaScript, and the button brings the rest."""

import shutil

from playwright.sync_api import sync_playwright

from demo.cards import town_cards
from demo.messages import load_posts
from demo.town import Town


def test_pressing_meer_laden_until_it_is_gone_shows_every_post_once(town: Town) -> None:
    [card] = [card for card in town_cards(town) if card["kind"] == "browser"]
    selectors = card["selectors"]
    with sync_playwright() as playwright:
        # None: Playwright's own browser, where no Chromium is installed.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), chromium_sandbox=False)
        page = browser.new_page()
        page.goto(card["address"])
        assert page.locator(selectors["post"]).count() == 0
        page.wait_for_selector(selectors["ready"])
        while page.locator(selectors["more"]).count():
            shown = page.locator(selectors["post"]).count()
            page.click(selectors["more"])
            page.wait_for_function(
                "([css, shown]) => document.querySelectorAll(css).length > shown", arg=[selectors["post"], shown]
            )
        texts = page.locator(f"{selectors['post']} {selectors['text']}").all_inner_texts()
        ids = [element.get_attribute(selectors["platform_id"]) for element in page.locator(selectors["post"]).all()]
        browser.close()
    posts = [post for post in load_posts() if post.site == "prikbord"]
    assert sorted(texts) == sorted(post.text for post in posts)
    assert sorted(filter(None, ids)) == sorted(post.post_id for post in posts)

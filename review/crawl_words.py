"""How a look at a source went, in the reader's language.

The crawlers write English sentences into the database and the log. The desk knows them by their form and says them in
the visitor's language; what it doesn't know stays as it is.
"""

import re
from functools import cache, partial

from review.language import N_, catalogue

SENTENCES = (
    N_("%(url)s sends us around in a circle of redirects. Look at the address in a browser."),
    N_("%(url)s did not answer in time. It is tried again at the next look."),
    N_(
        "%(url)s has no address on the internet (DNS). Is this machine online? Else look for a typing "
        "mistake in the card."
    ),
    N_("%(url)s refuses connections. Is the site down? It is tried again at the next look."),
    N_("%(url)s sends more than 10 MB for one page; it was cut off and not read."),
    N_("%(url)s has no valid certificate, so it may be somebody else's; it was not read."),
    N_("%(url)s leads to something that is no web page."),
    N_("%(url)s broke off in the middle of its answer. It is tried again at the next look."),
    N_("%(url)s broke the connection. It is tried again at the next look."),
    N_("%(url)s gave an answer that is no proper HTTP. It is tried again at the next look."),
    N_("%(url)s could not be fetched (%(said)s). It is tried again at the next look."),
    N_(
        "%(url)s refuses us (%(number)s): a login wall or a block. Handenaf reads public pages only and goes "
        "no further. Ask the site for permission, or take the card away."
    ),
    N_("%(url)s is not there (%(number)s). If it is the card's address, correct it."),
    N_("%(url)s asks us to come back later (%(number)s)."),
    N_("%(url)s has trouble of its own (%(number)s). It is tried again at the next look."),
    N_("%(url)s answered %(number)s, which is no page. Look at it in a browser."),
    N_("%(url)s is larger than 10 MB; it was not read."),
    N_("%(url)s could not be read (%(said)s). Please report it with the address."),
    N_("%(url)s sends us to a login page (%(page)s). Handenaf reads public pages only and goes no further."),
    N_("%(url)s shows a login form and no posts. Handenaf reads public pages only and goes no further."),
    N_("%(url)s shows the same as the page before it: the list has no end, so we stop here."),
    N_("%(url)s goes on after %(number)s pages; raise max_pages in the card to read further."),
    N_("%(url)s is %(number)s characters long; it was kept whole."),
    N_("%(url)s is %(number)s characters long; it was kept up to there."),
    N_("%(name)s asks us to come back later (%(number)s at %(url)s): not before %(minutes)s minutes from now."),
    N_("%(url)s is not an address: %(said)s."),
    N_("%(number)s of %(total)s pages failed; the first: "),
    N_("Nothing new at %(name)s."),
    N_("%(name)s shows no posts at all. Look at %(url)s in a browser: empty, or changed since the card was written?"),
    N_(
        "A first look at %(name)s found %(number)s posts where its card expects %(total)s or more: look at "
        "the page and the selectors, or lower least_posts."
    ),
    N_(
        "A first look at %(name)s found %(number)s posts where its card expects %(total)s or fewer: look "
        "whether it reads more than posts, or raise most_posts."
    ),
    N_("The budget of pages was used up; what is left waits for the next look."),
    N_("The budget of time was used up; what is left waits for the next look."),
    N_("The budget of memory was used up; what is left waits for the next look."),
    N_("The crawl was ended from outside; what is left waits for the next look."),
    N_(
        "The spider of %(name)s ended early (code %(code)s: %(said)s). What it found is kept; the rest waits "
        "for the next look."
    ),
    N_("the crawler stopped without a word; run it again"),
    N_("the crawler stopped without a word"),
    N_("the process was killed; the next run goes on where it stopped"),
    N_("%(url)s holds no RSS or Atom feed. Look at the address in the card."),
    N_("%(url)s gave bytes that are no text. Look at the address in a browser."),
    N_("%(url)s gave no statuses but said: %(said)s."),
    N_("%(url)s gave no statuses."),
    N_("%(url)s gave no list of posts but said: %(said)s."),
    N_("%(url)s gave no list of posts."),
    N_("%(url)s gave no posts but said: %(said)s."),
    N_("%(url)s gave no posts."),
    N_("%(number)s post(s) by accounts that are shown to logged-in people only were left out."),
    N_("%(number)s of %(total)s posts had no text of their own, or one permalink for several. Look at the selectors."),
    N_("The element %(selector)s did not appear within %(number)s seconds."),
    N_("%(selector)s could not be clicked; what it hides was not read."),
    N_("Clicking %(selector)s brought nothing; what it hides was not read."),
    N_("%(selector)s was still there after %(number)s clicks; the rest was not read."),
    N_("robots.txt of the site asks us not to fetch %(url)s. We don't; ask the site, or take the card away."),
    N_("%(url)s is not a web address (http or https)."),
    N_("%(url)s is not an address (%(said)s)."),
    N_("%(url)s lies outside the source's own site (%(host)s); it was not asked for."),
    N_(
        "%(host)s is a private or loopback address. Handenaf reads public sites only; a card for a site on "
        "this machine needs allow_loopback = true."
    ),
    N_("%(host)s points into a private network (%(address)s). Handenaf reads public sites only."),
)
"""The crawlers' sentences (`crawlers/`: trouble, answering, tally, browsing and the rest; `flows/look.py`)."""
_WORD = r"\S+?"
_HOLES = {
    "said": r".+?",
    "selector": r"""(?:'.+?'|".+?")""",
    "number": r"[\d.,]+",
    "total": r"[\d.,]+",
    "minutes": r"\d+",
}
"""What may stand in a sentence's holes; in the others, a word without blanks, such as an address."""
MOST = 4_000
"""Only this much of a message is looked through: ten remarks of ten sentences have less."""


def said(message: str, language: str) -> str:
    """Say the sentences of a crawl's message in a language; words that are none of `SENTENCES` stay in English."""
    known, rest = message[:MOST], message[MOST:]
    for sentence in SENTENCES:
        translated = catalogue(language).gettext(sentence)
        known = _form(sentence).sub(partial(_filled, translated), known)
    return known + rest


def _filled(translated: str, found: re.Match[str]) -> str:
    return translated % found.groupdict()


@cache
def _form(sentence: str) -> re.Pattern[str]:
    """Make the pattern that finds a sentence, beginning where a word begins."""
    fixed, *more = re.split(r"%\((\w+)\)s", sentence)
    holes = [
        f"(?P<{hole}>{_HOLES.get(hole, _WORD)}){re.escape(after)}"
        for hole, after in zip(more[::2], more[1::2], strict=True)
    ]
    return re.compile(r"(?<!\S)" + re.escape(fixed) + "".join(holes))

"""The keys: one table. Buttons show their key from it, the `?` sheet lists it, `static/keys.js` obeys the page."""

from collections.abc import Mapping
from dataclasses import dataclass

from review.language import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key and what it does."""

    key: str
    """As the browser names it (`KeyboardEvent.key`)."""
    does: str
    """English msgid for the sheet."""
    group: str


EVERYWHERE, LIST, READING, JUDGING, ACTING = (
    N_("Everywhere"),
    N_("In a list"),
    N_("Reading"),
    N_("Judging and deciding"),
    N_("Notice and evidence"),
)

KEYS: Mapping[str, Key] = {
    "sheet": Key(key="?", does=N_("Show or hide this list"), group=EVERYWHERE),
    "queue": Key(key="w", does=N_("To the queue"), group=EVERYWHERE),
    "cases": Key(key="c", does=N_("To the cases"), group=EVERYWHERE),
    "overview": Key(key="o", does=N_("To the overview"), group=EVERYWHERE),
    "help": Key(key="h", does=N_("Help and rest"), group=EVERYWHERE),
    "next": Key(key="v", does=N_("Open the next case"), group=EVERYWHERE),
    "alarm": Key(key="i", does=N_("Take the alarm: I am on it"), group=EVERYWHERE),
    "down": Key(key="j", does=N_("Next line (also ↓)"), group=LIST),
    "up": Key(key="k", does=N_("Previous line (also ↑)"), group=LIST),
    "open": Key(key="Enter", does=N_("Open the line"), group=LIST),
    "filter": Key(key="/", does=N_("To the filters"), group=LIST),
    "show": Key(key="t", does=N_("Show or hide the text"), group=READING),
    "picture": Key(key="f", does=N_("Show or hide the screenshot"), group=READING),
    "author": Key(key="p", does=N_("The author's other posts"), group=READING),
    "release": Key(key="x", does=N_("Give the case back to the queue"), group=READING),
    "yes": Key(key="j", does=N_("Yes, it is her"), group=JUDGING),
    "no": Key(key="n", does=N_("Not our person"), group=JUDGING),
    "unsure": Key(key="u", does=N_("Not sure: a colleague looks too"), group=JUDGING),
    "act": Key(key="a", does=N_("Act: the post is unlawful"), group=JUDGING),
    "leave": Key(key="l", does=N_("Leave it: lawful criticism"), group=JUDGING),
    "escalate": Key(key="e", does=N_("Ask a second pair of eyes"), group=JUDGING),
    "reason": Key(key="1-9", does=N_("Tick a ready reason"), group=JUDGING),
    "save": Key(key="Enter", does=N_("Save the open form (Ctrl+Enter while typing)"), group=JUDGING),
    "cancel": Key(key="Escape", does=N_("Close the open form"), group=JUDGING),
    "undo": Key(key="z", does=N_("Take the last answer back"), group=JUDGING),
    "draft": Key(key="m", does=N_("Draft the notice"), group=ACTING),
    "approve": Key(key="g", does=N_("Approve the notice"), group=ACTING),
    "send": Key(key="s", does=N_("Send: to the confirmation"), group=ACTING),
    "answer": Key(key="r", does=N_("Enter the recipient's answer"), group=ACTING),
    "recapture": Key(key="k", does=N_("Look at the page again"), group=ACTING),
    "bundle": Key(key="b", does=N_("Download the evidence bundle"), group=ACTING),
}
"""By action. The last step of sending has no key on purpose: it is reached with Tab and pressed (ozone #272)."""

"""What the town remembers between two starts: the notices it got, and the posts it removed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from demo.messages import TownPost


@dataclass(slots=True, kw_only=True)
class DeskNotice:
    """A mail that the abuse desk received, and what it did about it. Times are ISO 8601 in UTC."""

    number: int
    site: str
    received_at: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    body: str
    post_ids: list[str]
    """The posts whose exact address stood in the mail."""
    unknown_urls: list[str]
    """Other addresses in the mail: of no post, or of another site."""
    remove_at: str
    removed_at: str = ""
    acknowledgement: dict[str, str] = field(default_factory=dict)
    """message_id, to, subject, text and delivery ("recorded", "sent" or what went wrong)."""


class TownState:
    """The town's memory, in one JSON file that is replaced whole, so that a killed town leaves no half of one."""

    def __init__(self, path: Path, *, reset: bool = False) -> None:
        """Read `path` where it exists, or start anew when `reset`."""
        self._path = path
        self.removed: dict[str, datetime] = {}
        self.notices: list[DeskNotice] = []
        self.mails: list[dict[str, str]] = []
        """Mail to others than the desk (an alarm to the duty officer): received_at, sender, recipient, subject, body."""
        if reset:
            path.unlink(missing_ok=True)
        elif path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.removed = {post_id: datetime.fromisoformat(at) for post_id, at in kept["removed"].items()}
            self.notices = [DeskNotice(**notice) for notice in kept["notices"]]
            self.mails = kept.get("mails", [])  # not there in a state written before the town had a post office

    def save(self) -> None:
        """Write everything down."""
        kept = {
            "removed": {post_id: at.isoformat() for post_id, at in self.removed.items()},
            "notices": [asdict(notice) for notice in self.notices],
            "mails": self.mails,
        }
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._path)

    def remove_due(self, now: datetime) -> None:
        """Remove the posts of every notice whose time has come."""
        due = [notice for notice in self.notices if not notice.removed_at]
        due = [notice for notice in due if datetime.fromisoformat(notice.remove_at) <= now]
        for notice in due:
            notice.removed_at = now.isoformat()
            for post_id in notice.post_ids:
                self.removed.setdefault(post_id, now)
        if due:
            self.save()

    def list_standing(self, posts: Iterable[TownPost]) -> list[TownPost]:
        """Give those of `posts` that are still there."""
        return [post for post in posts if post.post_id not in self.removed]

    def find_last_change(self, posts: Iterable[TownPost]) -> datetime:
        """Give the moment at which a page with `posts` last changed: the latest writing or removal. Needs one post."""
        return max(self.removed.get(post.post_id, post.posted_at) for post in posts)

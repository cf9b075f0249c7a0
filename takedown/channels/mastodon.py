"""Notices to a Mastodon server: `POST /api/v1/reports`.

Reads from the configuration: `address` (https://the.server where our account lives), `secret` (a user token with
write:reports), `plain_loopback`, `timeout_s`. The comment is at most 1,000 characters, Mastodon's own limit, so it is the
notice's short form; the whole letter goes by mail.
"""

import re
from datetime import datetime
from typing import Any

from takedown.calls import call
from takedown.channels import ChannelConfig
from takedown.errors import SendRefusedError
from takedown.notices import short_form
from warehouse import Label, Notice, Receipt

LONGEST_COMMENT = 1000
"""Characters (docs.joinmastodon.org/methods/reports)."""

STATUS = re.compile(
    r"https?://(?P<host>[^/]+)/(?:@[^/]+|users/[^/]+/statuses|web/statuses|notes)/(?P<id>[A-Za-z0-9]+)/?$"
)


class Mastodon:
    """Mastodon's client API."""

    name = "mastodon"

    def send(self, notice: Notice, config: ChannelConfig, *, labels: tuple[Label, ...], now: datetime) -> Receipt:  # noqa: ARG002 - the category is always `legal`
        """Report the status and its account, category `legal`, forwarded to its own server.

        Raises:
            SendLaterError: the server can't take it now.
            SendRefusedError: the status can't be found, or the server said no.

        """
        status = self._find(notice, config)
        form = {
            "account_id": status["account"]["id"],
            "status_ids": [status["id"]],
            "comment": short_form(notice, LONGEST_COMMENT),
            "category": "legal",
            "forward": True,
        }
        report = call("POST", config, "/api/v1/reports", token=config.secret, json=form)
        return Receipt(
            notice_id=notice.id,
            channel=self.name,
            reference=str(report["id"]),
            sent_at=now,
            detail=f"{config.address} report {report['id']} on status {status['id']}",
        )

    def _find(self, notice: Notice, config: ChannelConfig) -> dict[str, Any]:
        """Find the status by its link: directly on our own server, by a resolving search elsewhere."""
        own = re.sub(r"^https?://", "", config.address.rstrip("/"))
        for url in notice.urls:
            match = STATUS.match(url.split("#")[0].split("?")[0])
            if match and match["host"] == own:
                return dict(call("GET", config, f"/api/v1/statuses/{match['id']}", token=config.secret))
        query = {"q": notice.urls[0], "type": "statuses", "resolve": "true", "limit": "1"}
        found = call("GET", config, "/api/v2/search", token=config.secret, params=query)["statuses"]
        if not found:
            message = f"{config.address} does not know {notice.urls[0]}: send this notice by mail instead."
            raise SendRefusedError(message)
        return dict(found[0])


CHANNEL = Mastodon()

"""Notices to Bluesky: `com.atproto.moderation.createReport` through our account's own server (PDS).

Reads from the configuration: `address` (the PDS, https://bsky.social), `user` (our handle) and `secret` (an app
password), `plain_loopback`, `timeout_s`. The reason is at most 2,000 graphemes (the lexicon), so it is the short form.
"""

import re
from datetime import datetime

from takedown.calls import call
from takedown.channels import ChannelConfig
from takedown.errors import SendRefusedError
from takedown.notices import short_form
from warehouse import Label, Notice, Receipt

LONGEST_REASON = 2000
"""Graphemes (lexicon com.atproto.moderation.createReport); never more characters than graphemes are counted here."""

VIOLATION = "com.atproto.moderation.defs#reasonViolation"
"""A violation of law or terms."""

REASONS = {
    Label.THREAT: "tools.ozone.report.defs#reasonViolenceThreats",
    Label.INCITEMENT: "tools.ozone.report.defs#reasonViolenceThreats",
    Label.DOXXING: "tools.ozone.report.defs#reasonHarassmentDoxxing",
    Label.DEFAMATION: VIOLATION,
    Label.INSULT: "tools.ozone.report.defs#reasonHarassmentTargeted",
}
"""The category for the gravest label, in the lexicon's words: "Threats or incitement", "Doxxing", "Targeted harassment".
There is none for defamation, so that is reported as a violation of law."""

POST = re.compile(
    r"(?:https?://[^/]+/profile/(?P<who>[^/]+)/post/|at://(?P<did>[^/]+)/app\.bsky\.feed\.post/)(?P<key>[A-Za-z0-9._~:-]+)"
)


def reason_for(labels: tuple[Label, ...]) -> str:
    """Choose the report's category: the gravest label's; a violation of law when there is none."""
    return next((REASONS[label] for label in REASONS if label in labels), VIOLATION)


class Bluesky:
    """The AT Protocol."""

    name = "bluesky"

    def send(self, notice: Notice, config: ChannelConfig, *, labels: tuple[Label, ...], now: datetime) -> Receipt:
        """Log in, find the post's exact version, and report it.

        Raises:
            SendLaterError: the server can't take it now.
            SendRefusedError: the login or the report was refused, or the post can't be found.

        """
        login = {"identifier": config.user, "password": config.secret}
        session = call("POST", config, "/xrpc/com.atproto.server.createSession", json=login)
        token = str(session["accessJwt"])
        uri = self._uri(notice, config, token)
        posts = call("GET", config, "/xrpc/app.bsky.feed.getPosts", token=token, params={"uris": uri})["posts"]
        if not posts:
            message = f"Bluesky has no post {uri} (any more): look again before sending."
            raise SendRefusedError(message)
        form = {
            "reasonType": reason_for(labels),
            "reason": short_form(notice, LONGEST_REASON),
            "subject": {"$type": "com.atproto.repo.strongRef", "uri": posts[0]["uri"], "cid": posts[0]["cid"]},
        }
        report = call("POST", config, "/xrpc/com.atproto.moderation.createReport", token=token, json=form)
        return Receipt(
            notice_id=notice.id,
            channel=self.name,
            reference=str(report["id"]),
            sent_at=now,
            detail=f"{uri} {posts[0]['cid']}",
        )

    def _uri(self, notice: Notice, config: ChannelConfig, token: str) -> str:
        """Give the post's at:// address; a handle in the link is looked up."""
        match = next((found for found in map(POST.match, notice.urls) if found), None)
        if match is None:
            message = f"{notice.urls[0] if notice.urls else 'Nothing'} is not the address of a Bluesky post."
            raise SendRefusedError(message)
        who = match["did"] or match["who"]
        if not who.startswith("did:"):
            answer = call(
                "GET", config, "/xrpc/com.atproto.identity.resolveHandle", token=token, params={"handle": who}
            )
            who = str(answer["did"])
        return f"at://{who}/app.bsky.feed.post/{match['key']}"


CHANNEL = Bluesky()

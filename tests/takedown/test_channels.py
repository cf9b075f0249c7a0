"""Channels are found by walking; Mastodon, Bluesky and Postfix are tried on the servers of `shared/servers`."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from takedown.channels import ChannelConfig, find_channels
from takedown.channels.bluesky import POST, reason_for
from takedown.channels.mastodon import STATUS
from takedown.channels.sheet import sheet_html
from takedown.errors import SendLaterError, SendRefusedError
from takedown.notices import STATEMENTS, check_notice
from warehouse import HARMS, Label, Notice

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
RECIPES = Path(os.environ.get("HANDENAF_SERVERS", Path(__file__).resolve().parents[3] / "shared" / "servers"))
INSTALLED = Path(os.environ.get("HANDENAF_SERVERS_ROOT", "/tmp/ha-servers"))  # noqa: S108 - where the recipes put them


@pytest.fixture
def notice() -> Callable[..., Notice]:
    def make(channel: str, url: str, recipient: str = "") -> Notice:
        explanation = "De schrijver kondigt aan dat hij haar thuis opzoekt, met een ander, en noemt een tijdstip."
        body = f"{url}\n{explanation}\nJeugdhulp Voorbeeldstad v@jeugdhulp.example\n{STATEMENTS['nl']}."
        made = Notice(
            id="ab" * 16, case_id="cd" * 16, channel=channel, recipient=recipient, language="nl", subject="Melding",
            body=body, urls=(url,), explanation=explanation, notifier_name="Jeugdhulp Voorbeeldstad",
            notifier_email="v@jeugdhulp.example", good_faith=True, drafted_by="karel", drafted_at=NOW,
        )  # fmt: skip
        assert check_notice(made) == []
        return made

    return make


def test_each_file_of_the_folder_is_a_channel() -> None:
    stems = {path.stem for path in Path("takedown/channels").glob("*.py")} - {"__init__"}
    assert set(find_channels()) == stems == {"mail", "mastodon", "bluesky", "sheet"}


def test_a_sheet_is_written_whole_and_escaped(notice: Callable[..., Notice], tmp_path: Path) -> None:
    hostile = replace(notice("sheet", "https://x.example/1"), body="<script>alert(1)</script> & \"'")
    receipt = find_channels()["sheet"].send(hostile, ChannelConfig(folder=tmp_path), labels=(), now=NOW)
    written = Path(receipt.detail).read_text()
    assert receipt.reference == "FORM-ABABABABABAB"
    assert "<script>" not in written
    assert "&lt;script&gt;alert(1)" in written
    assert written == sheet_html(hostile)
    assert "https://x.example/1" in written
    again = find_channels()["sheet"].send(hostile, ChannelConfig(), labels=(), now=NOW)
    assert again.reference == receipt.reference


def test_a_sheet_that_cannot_be_written_waits(notice: Callable[..., Notice], tmp_path: Path) -> None:
    (tmp_path / "vol").write_text("een bestand")
    with pytest.raises(SendLaterError, match="could not be written"):
        find_channels()["sheet"].send(
            notice("sheet", "https://x.example/1"), ChannelConfig(folder=tmp_path / "vol"), labels=(), now=NOW
        )


@pytest.mark.parametrize("channel", ["mastodon", "bluesky"])
@pytest.mark.parametrize("address", ["http://example.org", "http://127.0.0.1:1", "https://10.0.0.1", "ftp://x", ""])
def test_a_token_goes_over_https_to_the_public_web_only(
    notice: Callable[..., Notice], channel: str, address: str
) -> None:
    config = ChannelConfig(address=address, user="a", secret="geheim-woord")
    made = notice(channel, "https://bsky.app/profile/x.example/post/abc")
    with pytest.raises(SendRefusedError) as caught:
        find_channels()[channel].send(made, config, labels=(), now=NOW)
    assert "geheim-woord" not in str(caught.value)


def test_links_of_posts_are_read() -> None:
    for url in (
        "https://m.example/@piet/123",
        "https://m.example/users/piet/statuses/123",
        "https://m.example/@p@q.r/123/",
    ):
        match = STATUS.match(url)
        assert match is not None
        assert match["id"] == "123"
    assert STATUS.match("https://m.example/@piet") is None
    match = POST.match("at://did:plc:abc/app.bsky.feed.post/3k")
    assert match is not None
    assert (match["did"], match["key"]) == ("did:plc:abc", "3k")


def test_the_gravest_label_chooses_the_category() -> None:
    assert reason_for((Label.INSULT, Label.THREAT)).endswith("#reasonViolenceThreats")
    assert reason_for((Label.DOXXING,)).endswith("#reasonHarassmentDoxxing")
    assert reason_for(()).endswith("#reasonViolation")
    assert all(reason_for((label,)) for label in HARMS)


def listens(port: int) -> bool:
    """Say whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def server(recipe: str, port: int, part: str) -> Iterator[None]:
    """Use the recipe's server: one that runs is left running, one that doesn't is started and stopped again."""
    script = RECIPES / f"{recipe}.sh"
    if not script.is_file():
        pytest.skip(f"no recipes in {RECIPES}: set HANDENAF_SERVERS to the folder that has them")
    ours = not listens(port)
    if ours and not (INSTALLED / part).exists():
        pytest.skip(f"not installed: R={INSTALLED} {script} install")
    surroundings = os.environ | {"R": str(INSTALLED)}
    if ours:
        subprocess.run(["bash", script, "start"], env=surroundings, check=True, capture_output=True, timeout=120)
    try:
        yield
    finally:
        if ours:
            subprocess.run(["bash", script, "stop"], env=surroundings, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def mastodon() -> Iterator[str]:
    with server("mastodon_mock", 18083, "venv-mastomock"):
        yield "http://127.0.0.1:18083"


def mastodon_user(base: str, name: str, *, admin: bool = False) -> str:
    """Give a user's token, made when there is none."""
    users = httpx.get(f"{base}/api/v1/_mock/dev_users").json()
    known = {user["username"]: user["access_token"] for user in users}
    if name not in known:
        form = {"username": name, "admin": admin}
        known[name] = httpx.post(f"{base}/api/v1/_mock/dev_user", json=form).json()["access_token"]
    return str(known[name])


@pytest.mark.servers
def test_a_report_reaches_mastodons_moderators(notice: Callable[..., Notice], mastodon: str) -> None:
    """The Mastodon API as mastodon_mock has it (no real Mastodon can run here): report, moderator's list, faults."""
    writer, ours = mastodon_user(mastodon, "boze_wolf"), mastodon_user(mastodon, "handenaf_meldingen")
    moderator = mastodon_user(mastodon, "moderator", admin=True)
    status = httpx.post(
        f"{mastodon}/api/v1/statuses",
        json={"status": "Ik weet waar je woont"},
        headers={"Authorization": f"Bearer {writer}"},
    ).json()
    config = ChannelConfig(address=mastodon, secret=ours, plain_loopback=True)
    channel = find_channels()["mastodon"]
    made = notice("mastodon", f"{mastodon}/@boze_wolf/{status['id']}")
    receipt = channel.send(made, config, labels=(Label.THREAT,), now=NOW)
    reports = httpx.get(f"{mastodon}/api/v1/admin/reports", headers={"Authorization": f"Bearer {moderator}"}).json()
    seen = next(report for report in reports if report["id"] == receipt.reference)
    assert "goeder trouw" in seen["comment"]
    assert len(seen["comment"]) <= 1000
    assert seen["category"] in ("legal", "other")
    with pytest.raises(SendRefusedError, match="HTTP 40"):
        channel.send(made, replace(config, secret="fout-woord"), labels=(), now=NOW)
    with pytest.raises(SendRefusedError):
        channel.send(notice("mastodon", f"{mastodon}/@boze_wolf/99999999"), config, labels=(), now=NOW)
    fault = {"match": {"path": "/api/v1/reports"}, "effect": {"type": "ratelimit"}, "times": 1}
    httpx.post(f"{mastodon}/api/v1/_mock/faults", json=fault)
    with pytest.raises(SendLaterError, match="429"):
        channel.send(made, config, labels=(), now=NOW)
    httpx.delete(f"{mastodon}/api/v1/_mock/faults")


@pytest.fixture(scope="module")
def atproto() -> Iterator[dict[str, Any]]:
    with server("atproto", 18583, "atproto/node_modules/@atproto/dev-env"):
        yield json.loads((INSTALLED / "atproto" / "info.json").read_text())


def xrpc(base: str, method: str, name: str, token: str = "", **form: Any) -> Any:
    """Call the PDS."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = {"params": form} if method == "GET" else {"json": form}
    answer = httpx.request(method, f"{base}/xrpc/{name}", headers=headers, timeout=30, **sent)  # type: ignore[arg-type]
    answer.raise_for_status()
    return answer.json()


@pytest.mark.servers
@pytest.mark.timeout(200)
def test_a_report_reaches_bluesky(notice: Callable[..., Notice], atproto: dict[str, Any]) -> None:
    """A real PDS, AppView and Ozone: the post's exact version is reported, for each category."""
    base = atproto["pds"].replace("localhost", "127.0.0.1")
    name = f"handenaf{os.getpid()}.test"
    made = xrpc(
        base, "POST", "com.atproto.server.createAccount", handle=name, email=f"x{os.getpid()}@x.example",
        password="wachtwoord-1",
    )  # fmt: skip
    record = {"$type": "app.bsky.feed.post", "text": "Ik weet waar je woont", "createdAt": "2026-11-24T09:00:00Z"}
    token, did = made["accessJwt"], made["did"]
    post = xrpc(
        base, "POST", "com.atproto.repo.createRecord", token, repo=did, collection="app.bsky.feed.post", record=record
    )
    config = ChannelConfig(address=base, user=name, secret="wachtwoord-1", plain_loopback=True)
    key = post["uri"].rsplit("/", 1)[-1]
    channel = find_channels()["bluesky"]
    made_notice = notice("bluesky", f"https://bsky.app/profile/{name}/post/{key}")
    sent = [patient(partial(channel.send, made_notice, config, labels=(label,), now=NOW)) for label in HARMS]
    assert len({receipt.reference for receipt in sent}) == len(HARMS)
    assert all(receipt.detail == f"{post['uri']} {post['cid']}" for receipt in sent)
    with pytest.raises(SendRefusedError, match="createSession"):
        channel.send(
            notice("bluesky", f"https://bsky.app/profile/{did}/post/{key}"),
            replace(config, secret="fout-woord"),
            labels=(),
            now=NOW,
        )
    with pytest.raises(SendRefusedError, match="no post"):
        channel.send(notice("bluesky", f"https://bsky.app/profile/{did}/post/{key}x"), config, labels=(), now=NOW)


def patient(send: Callable[[], Any]) -> Any:
    """Try for some seconds: the AppView indexes a new account and post a moment later."""
    for _ in range(60):
        try:
            return send()
        except (SendRefusedError, SendLaterError) as error:
            last = error
            time.sleep(0.5)
    raise last


@pytest.mark.servers
def test_a_notice_is_handed_to_postfix(notice: Callable[..., Notice]) -> None:
    with server("mail", 18025, "postfix/etc/main.cf"):
        config = ChannelConfig(
            address="127.0.0.1:18025", user="notices@handenaf.test", secret="notices", sender="notices@handenaf.test",
            ca_file=INSTALLED / "tls" / "ca.pem",
        )  # fmt: skip
        channel = find_channels()["mail"]
        receipt = channel.send(notice("mail", "https://x.example/1", "abuse@platform.test"), config, labels=(), now=NOW)
        assert "queued as" in receipt.detail
        with pytest.raises(SendRefusedError, match="550"):
            channel.send(notice("mail", "https://x.example/1", "niemand@platform.test"), config, labels=(), now=NOW)
        with pytest.raises(SendRefusedError, match="535"):
            channel.send(
                notice("mail", "https://x.example/1", "abuse@platform.test"),
                replace(config, secret="fout"),
                labels=(),
                now=NOW,
            )

"""Letters: the four elements of article 16(2) DSA, the phrase and no more, and nothing hostile obeyed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.channels import ChannelConfig
from takedown.errors import FourEyesError, NoticeError
from takedown.law import law_table
from takedown.notices import Notifier, check_notice, draft, draft_reminder, short_form
from takedown.quoting import LONGEST, one_line, quote_unlawful
from takedown.sending import is_approved, send
from warehouse import HARMS, Approval, Capture, Case, Label, Notice, Person, Phrase, Post, Receipt, Verdict

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EXPLANATION = (
    "De schrijver kondigt aan dat hij haar thuis opzoekt met een ander, en noemt een tijdstip. Dat is bedreigend."
)
NOTIFIER = Notifier(name="Jeugdhulp Voorbeeldstad", email="veiligheid@jeugdhulp.example", phone="010 123 45 67")


@pytest.fixture
def make_notice(
    person: Person,
    make_post: Callable[..., Post],
    make_verdict: Callable[..., Verdict],
    make_case: Callable[..., Case],
    make_capture: Callable[..., Capture],
) -> Callable[..., Notice]:
    def make(
        post: Post | None = None, *, language: str = "nl", explanation: str = EXPLANATION,
        recipient: str = "abuse@forum.example", labels: tuple[Label, ...] = (Label.THREAT,),
        phrases: tuple[Phrase, ...] | None = None, notifier: Notifier = NOTIFIER, channel: str = "mail",
    ) -> Notice:  # fmt: skip
        post = post or make_post()
        verdict = make_verdict(post, labels=labels, phrases=phrases)
        case = make_case(post, verdict)
        return draft(
            case, post, person, verdict, [make_capture(case.id, url=post.permalink)], notifier=notifier,
            language=language, channel=channel, recipient=recipient, explanation=explanation, now=NOW, by="karel",
        )  # fmt: skip

    return make


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_letter_has_all_four_elements(make_notice: Callable[..., Notice], language: str) -> None:
    notice = make_notice(language=language)
    assert check_notice(notice) == []
    assert EXPLANATION in notice.body
    assert "https://forum.example/t/12#post-3" in notice.body
    assert "Jeugdhulp Voorbeeldstad" in notice.body
    assert "veiligheid@jeugdhulp.example" in notice.body
    assert ("te goeder trouw" if language == "nl" else "bona fide belief") in notice.body
    for letter in "abcd":
        assert (f"artikel 16 lid 2 onder {letter}" if language == "nl" else f"article 16(2)({letter})") in notice.body
    assert "285" in notice.body


def test_only_the_unlawful_phrase_is_quoted(make_notice: Callable[..., Notice], make_post: Callable[..., Post]) -> None:
    text = "Mijn dochter Roos zit op de Wilgenschool. ik weet waar je woont. " + "En verder nog veel over Roos. " * 20
    start = text.index("ik weet")
    post = make_post(text=text)
    notice = make_notice(post, phrases=(Phrase(start=start, end=start + 21, label=Label.THREAT),))
    assert "… ik weet waar je woont. …" in notice.body
    assert "Roos" not in notice.body


def test_a_login_page_is_not_where_the_post_is(
    person: Person,
    make_post: Callable[..., Post],
    make_verdict: Callable[..., Verdict],
    make_case: Callable[..., Case],
    make_capture: Callable[..., Capture],
) -> None:
    post = make_post()
    verdict = make_verdict(post)
    case = make_case(post, verdict)
    walled = replace(make_capture(case.id), visible="login_wall", final_url="https://forum.example/login")
    notice = draft(
        case, post, person, verdict, [walled], notifier=NOTIFIER, language="nl", channel="mail",
        recipient="abuse@forum.example", explanation=EXPLANATION, now=NOW, by="karel",
    )  # fmt: skip
    assert notice.urls == (post.permalink,)


def test_a_doxxing_letter_does_not_spread_the_digits(
    make_notice: Callable[..., Notice], make_post: Callable[..., Post]
) -> None:
    post = make_post(text="Truus Voorbeeld woont op Dorpsstraat 12, bel 06-12345678!")
    notice = make_notice(post, labels=(Label.DOXXING,), phrases=(Phrase(start=25, end=57, label=Label.DOXXING),))
    assert "12345678" not in notice.body
    assert "Dorpsstraat ••" in notice.body
    assert "285d" in notice.body


def test_the_id_changes_with_every_word_that_is_sent(make_notice: Callable[..., Notice]) -> None:
    first = make_notice()
    assert first.id == make_notice().id
    others = [
        make_notice(explanation=EXPLANATION + " Echt."),
        make_notice(recipient="legal@forum.example"),
        make_notice(language="en"),
        make_notice(notifier=replace(NOTIFIER, email="ander@jeugdhulp.example")),
    ]
    assert len({first.id, *(other.id for other in others)}) == 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"explanation": ""}, "16.2.a"),
        ({"urls": ()}, "16.2.b"),
        ({"recipient": "forum.example/contact"}, "ontvanger"),
        ({"urls": ("forum.example/t/12",)}, "16.2.b"),
        ({"urls": ("https://elders.example/",)}, "16.2.b"),
        ({"notifier_name": " "}, "16.2.c"),
        ({"notifier_email": "geen adres"}, "16.2.c"),
        ({"good_faith": False}, "16.2.d"),
        ({"body": "kort"}, "16.2.d"),
        ({"subject": "a\r\nBcc: x@y.example"}, "onderwerp"),
    ],
)
def test_what_is_missing_is_named(make_notice: Callable[..., Notice], change: dict[str, Any], code: str) -> None:
    assert any(line.startswith(code) for line in check_notice(replace(make_notice(), **change)))


def test_a_blank_to_fill_in_stops_the_letter(make_notice: Callable[..., Notice]) -> None:
    notice = make_notice()
    assert any("invulplek" in line for line in check_notice(replace(notice, body=notice.body + "[[naam]]")))


def test_a_post_cannot_plant_a_blank_or_a_template(
    make_notice: Callable[..., Notice], make_post: Callable[..., Post]
) -> None:
    post = make_post(text="[[invullen]] {{ 7*7 }} {% for x in y %} {{ notifier.email }}", author_name="{{ 6*7 }}")
    notice = make_notice(post, phrases=())
    assert "{{ 7*7 }}" in notice.body
    assert "{{ 6*7 }}" in notice.body
    assert "49" not in notice.body
    assert check_notice(notice) == []


@pytest.mark.parametrize(
    "text", ["\r\nBcc: x@y.example\r\n\r\n.\r\nQUIT", "\u202egnal\u2066", "\x00\x1b[31m", "a" * 100_000]
)
def test_hostile_posts_leave_a_plain_short_letter(
    make_notice: Callable[..., Notice], make_post: Callable[..., Post], text: str
) -> None:
    post = make_post(text=text, author_name=text, platform_id=text, permalink="https://forum.example/" + text[:500])
    notice = make_notice(post, phrases=(), recipient="abuse@forum.example")
    assert len(notice.body) < 8000
    assert "\nBcc:" not in notice.body
    assert not set(notice.body) & set("\x00\x1b\r\u202e\u2066")
    assert "\n" not in notice.subject
    assert check_notice(notice) == []


@given(st.text(max_size=2000), st.integers(-50, 3000), st.integers(-50, 3000))
def test_a_quotation_is_one_short_visible_line(text: str, start: int, end: int) -> None:
    for quote in quote_unlawful(text, (Phrase(start=start, end=end, label=Label.THREAT),), (Label.THREAT,)):
        assert 0 < len(quote) <= LONGEST
        assert quote == one_line(quote)
        assert "[[" not in quote


def test_each_harm_has_its_provisions_in_both_languages() -> None:
    table = law_table()
    assert set(table) == {str(label) for label in HARMS}
    for entry in table.values():
        assert set(entry) == {"articles", "nl", "en", "element_nl", "element_en"}


def test_records_of_another_case_are_refused(
    person: Person, make_post: Callable[..., Post], make_verdict: Callable[..., Verdict], make_case: Callable[..., Case]
) -> None:
    post, other = make_post(), make_post(permalink="https://forum.example/t/99")
    verdict = make_verdict(post)
    with pytest.raises(NoticeError, match="not about this post"):
        draft(
            make_case(post, verdict), other, person, verdict, [], notifier=NOTIFIER, language="nl", channel="mail",
            recipient="a@b.example", explanation=EXPLANATION, now=NOW, by="karel",
        )  # fmt: skip


@pytest.mark.parametrize("longest", [1000, 2000])
def test_the_short_form_keeps_all_four_elements(make_notice: Callable[..., Notice], longest: int) -> None:
    text = short_form(make_notice(explanation=EXPLANATION * 40), longest)
    assert len(text) <= longest
    assert "Truus" not in text
    for part in ("De schrijver kondigt aan", "https://forum.example/t/12#post-3", "veiligheid@", "goeder trouw"):
        assert part in text


class Counting:
    """A channel that counts: stands in for a platform where only the door is tested."""

    name = "mail"

    def __init__(self) -> None:
        self.sent = 0

    def send(self, notice: Notice, config: object, *, labels: tuple[Label, ...], now: datetime) -> Receipt:  # noqa: ARG002 - the protocol's
        self.sent += 1
        return Receipt(notice_id=notice.id, channel="mail", reference="x", sent_at=now)


def approval(notice: Notice, by: str) -> Approval:
    """Approve exactly this notice."""
    return Approval(notice_id=notice.id, by=by, at=NOW)


def test_nothing_leaves_without_a_second_person(make_notice: Callable[..., Notice]) -> None:
    notice, channel = make_notice(), Counting()
    older = make_notice(explanation=EXPLANATION + " Eerder.")
    for approvals in ([], [approval(notice, "karel")], [approval(notice, " Karel ")], [approval(older, "fatima")]):
        assert not is_approved(notice, approvals)
        with pytest.raises(FourEyesError, match="other than its drafter"):
            send(notice, approvals, channel, ChannelConfig(), None)
    assert channel.sent == 0
    receipt = send(notice, [approval(notice, "fatima")], channel, ChannelConfig(), None)
    assert send(notice, [], channel, ChannelConfig(), receipt) == receipt
    assert channel.sent == 1


def test_what_the_software_drafts_needs_two_persons(make_notice: Callable[..., Notice]) -> None:
    notice = make_notice()
    receipt = Receipt(notice_id=notice.id, channel="mail", reference="<x@y.example>", sent_at=NOW)
    reminder = draft_reminder(notice, receipt, now=NOW, by="system:follow")
    assert reminder.id != notice.id
    assert reminder.subject.startswith("Herinnering: ")
    assert notice.body in reminder.body
    assert check_notice(reminder) == []
    assert not is_approved(reminder, [approval(notice, "karel"), approval(notice, "fatima")])
    assert not is_approved(reminder, [approval(reminder, "fatima"), approval(reminder, "system:watch")])
    assert is_approved(reminder, [approval(reminder, "fatima"), approval(reminder, "karel")])
    with pytest.raises(NoticeError, match="belongs to notice"):
        draft_reminder(reminder, receipt, now=NOW, by="karel")


def test_an_incomplete_or_misdirected_notice_does_not_leave(make_notice: Callable[..., Notice]) -> None:
    short, other, channel = make_notice(explanation="te kort"), make_notice(channel="sheet"), Counting()
    with pytest.raises(NoticeError, match=r"16\.2\.a"):
        send(short, [approval(short, "fatima")], channel, ChannelConfig(), None)
    with pytest.raises(NoticeError, match="written for 'sheet'"):
        send(other, [approval(other, "fatima")], channel, ChannelConfig(), None)
    assert channel.sent == 0

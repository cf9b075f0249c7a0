"""Every page in both languages, the admin pages, the overview, and the table of keys."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import review.language
from classify.names.features import table
from review.charts import overview_of, points
from review.deadlines import months_later
from review.keys import KEYS
from review.language import every
from review.name_words import FEATURES
from review.reasons import READY
from warehouse import CaseState
from warehouse.state.figures import Count

if TYPE_CHECKING:  # tests can't import from one another at run time
    from httpx2 import Response

    from tests.review.conftest import Enter, Town

PAGES = (
    "/queue",
    "/cases",
    "/overview",
    "/overview?weeks=52",
    "/help",
    "/account",
    "/log",
    "/nergens",
    "/case/{open}",
    "/case/{drafted}",
    "/admin/users",
    "/admin/roster",
    "/admin/sources",
)
ROOM = Path(str(files("review")))


def wanted() -> set[str]:
    """Extract every msgid from code and templates, as pybabel does."""
    found = extract_from_dir(
        str(ROOM),
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_text_has_its_translation(language: str) -> None:
    with (ROOM / "locales" / language / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts = {(m.id if isinstance(m.id, str) else m.id[0]): m for m in catalogue if m.id}
    assert wanted() - {""} == set(texts)
    for key, message in texts.items():
        assert message.string is not None, key
        given = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(given), key
        assert not message.fuzzy, key
        for text in given:
            assert set(re.findall(r"%\(\w+\)s", text)) <= set(re.findall(r"%\(\w+\)s", str(message.id))), key


class Reader(HTMLParser):
    """Collects what the accessibility checks need."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def paths(town: Town, enter: Enter) -> list[str]:
    """Every page there is, with a case in review and one with a notice."""
    roos, case = enter("roos"), town.cases[1]
    for path, fields in (("judgement", {"answer": "positive"}), ("decision", {"choice": "act"})):
        roos.post(f"/case/{case.id}/{path}", ready="0", version=str(town.state.cases.one(case.id).version), **fields)
    roos.post(
        f"/case/{case.id}/notice",
        language="nl",
        channel="sheet",
        explanation="Een feit dat de eer aantast, zonder bewijs gezegd.",
        version=str(town.state.cases.one(case.id).version),
    )
    assert town.state.cases.one(case.id).state is CaseState.NOTICE_DRAFTED
    return [path.format(open=town.cases[0].id, drafted=case.id) for path in PAGES]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("login", ["lieke", "admin"])
def test_every_page_renders_whole_with_nothing_untranslated_inline_or_unlabelled(
    enter: Enter, paths: list[str], language: str, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: list[str] = []
    person = enter(login)
    person.post("/account/language", language=language)
    translations = review.language.catalogue(language)
    real = translations._catalog

    def translated(text: str) -> str:
        if not real.get(text):
            missing.append(text)
        return real.get(text) or text

    monkeypatch.setattr(translations, "gettext", translated)
    for path in paths:
        answer = person.get(path)
        assert answer.status_code in (200, 403, 404), path
        assert f'<html lang="{language}"' in answer.text
        page = Reader()
        page.feed(answer.text)
        tags = [tag for tag, _ in page.tags]
        assert tags.count("main") == 1, path
        assert tags.count("h1") == 1, path
        assert "style" not in tags
        for tag, attributes in page.tags:
            assert "style" not in attributes, (path, tag)
            assert not [name for name in attributes if name.startswith("on")], (path, tag)
            assert tag != "script" or (attributes.get("src") or "").startswith("/static/"), path
            assert tag != "img" or "alt" in attributes, path
            assert tag != "form" or attributes.get("method", "get") in ("get", "post", "dialog"), path
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), path
    assert missing == []


def test_the_sheet_lists_every_key_and_no_page_gives_one_key_two_meanings(enter: Enter, paths: list[str]) -> None:
    lieke = enter("lieke")
    for path in paths[:10]:
        text = lieke.get(path).text
        for key in KEYS.values():
            assert f"<kbd>{ {'Enter': '↵', 'Escape': 'Esc'}.get(key.key, key.key) }</kbd>" in text
        pressed = re.findall(r'data-key="([^"]+)"', text)
        assert len(pressed) == len(set(pressed)), (path, pressed)


def test_ready_reasons_fit_on_the_number_keys() -> None:
    assert all(1 <= len(reasons) <= 9 for reasons in READY.values())


def test_a_roster_is_taken_whole_or_refused_whole_with_every_error(town: Town, enter: Enter) -> None:
    admin = enter("admin")
    before = town.state.people.all()

    def upload(content: bytes) -> Response:
        return admin.client.post(
            "/admin/roster", data={"token": admin.token()}, files={"file": ("roster.csv", BytesIO(content), "text/csv")}
        )

    refused = upload(b"display_name,gender\nJan de Vries,q\n,f\nPiet Bos,z\n")
    assert refused.status_code == 422
    assert refused.text.count("<li>line") == 3
    assert town.state.people.all() == before
    assert upload(b"\xff\xfe\x00").status_code == 422
    assert upload(b"").status_code == 422
    taken = upload("display_name,organisation\nJan de Vries,Noorderlicht\n".encode("utf-8-sig"))
    assert taken.status_code == 303
    assert [person.display_name for person in town.state.people.all()] == ["Jan de Vries"]


def test_an_administrator_adds_changes_and_shuts_out_users(enter: Enter) -> None:
    admin, roos = enter("admin"), enter("roos")
    new = {
        "login": "nieuw",
        "name": "Nieuw <i>",
        "role": "legal",
        "language": "en",
        "email": "",
        "password": "een lange korte zin",
    }
    assert admin.post("/admin/users", **new).status_code == 303
    assert admin.post("/admin/users", **new).status_code == 422
    assert admin.post("/admin/users", **(new | {"login": "x y"})).status_code == 422
    assert admin.post("/admin/users", **(new | {"login": "kort", "password": "kort"})).status_code == 422
    assert "Nieuw &lt;i&gt;" in admin.get("/admin/users").text
    assert admin.post("/admin/users/roos", role="reviewer").status_code == 303
    assert roos.get("/queue").status_code == 303
    assert admin.post("/admin/users/admin", role="admin").status_code == 422
    assert admin.post("/admin/users/admin", role="reviewer", active="yes").status_code == 422
    assert admin.post("/admin/users/niemand", role="legal").status_code == 404


def test_a_cut_log_is_seen(town: Town, enter: Enter) -> None:
    lieke = enter("lieke")
    with town.state.engine.begin() as connection:
        connection.exec_driver_sql("delete from audit where sequence = 3")
    assert "entry 3 is missing" in lieke.post("/log/verify").text


def test_the_overview_counts_each_case_once_a_measure() -> None:
    counts = [
        Count(measure="found", source="a", year=2026, week=48, number=3),
        Count(measure="found", source="b", year=2026, week=47, number=2),
        Count(measure="sent", source="a", year=2026, week=48, number=1),
        Count(measure="found", source="a", year=2025, week=48, number=99),
    ]
    from datetime import UTC, datetime

    shown = overview_of(counts, until=datetime(2026, 11, 24, tzinfo=UTC), weeks=4)
    assert shown.totals["found"] == 5
    assert shown.by_week["found"] == (0, 0, 2, 3)
    assert shown.by_source["a"]["sent"] == 1
    assert shown.peak == 3
    assert points((0, 4, 2), width=10, height=8, peak=4) == "0.0,8.0 5.0,0.0 10.0,4.0"


@pytest.mark.usefixtures("paths")
def test_the_overview_tells_what_happened(town: Town, enter: Enter) -> None:
    counts = town.state.figures.weekly(since=town.clock.at - timedelta(days=30))
    totals = {
        measure: sum(count.number for count in counts if count.measure == measure)
        for measure in ("found", "reviewed", "sent")
    }
    assert totals == {"found": 5, "reviewed": 1, "sent": 0}
    page = enter("lieke").get("/overview").text
    assert page.count("<svg") > 6
    assert "<table" in page
    assert "mislukt" in page


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-01-15", 3, "2026-04-15"),
        ("2027-11-30", 3, "2028-02-29"),
    ],
)
def test_a_term_in_months_ends_on_the_same_day_or_the_months_last(start: str, months: int, end: str) -> None:
    from datetime import datetime

    assert months_later(datetime.fromisoformat(start), months) == datetime.fromisoformat(end)


def test_every_feature_of_a_name_match_has_words() -> None:
    assert set(FEATURES) == set(table().features)


@pytest.mark.parametrize(
    ("minutes", "written"), [(1440, "1 dag"), (720, "12 uur"), (90, "90 minuten"), (10080, "7 dagen")]
)
def test_how_often_a_source_is_looked_at_is_written_in_its_greatest_whole_unit(minutes: int, written: str) -> None:
    assert every(minutes, "nl") == written

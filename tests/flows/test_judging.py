from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.messages import load_posts
from demo.town import Town
from flows.capturing import capture_case, cases_to_capture
from flows.clock import now
from flows.judging import judge_new, open_cases
from flows.look import find_named
from flows.night import Plain, run_night
from flows.open_house import finder_of, opened
from flows.settings import Settings
from takedown.errors import EvidenceError
from warehouse import Answer, Band, CaseState, Judgement

MakeHome = Callable[..., Settings]
TakePosts = Callable[..., None]
OpenCase = Callable[..., str]

NOTHING = """
version = "test-nothing"
[thresholds]
threat = 1.0
incitement = 1.0
doxxing = 1.0
defamation = 1.0
insult = 1.0
criticism = {criticism}
[urgency]
acute_threat = 1.0
acute_cues = 2
"""


@pytest.mark.usefixtures("judge_environment")
def test_a_case_opens_for_each_likely_name_that_harm_was_found_for_and_never_for_a_namesake(
    make_home: MakeHome, take_posts: TakePosts
) -> None:
    settings = make_home("home")
    for site in ("forum", "blog"):
        take_posts(settings, site)
    judged = judge_new(str(settings.home))
    opened_cases = open_cases(str(settings.home))
    with opened(settings) as state:
        weighed = state.posts.judged()
        cases = state.cases.of_states([CaseState.FOUND])
    likely = {
        (each.post.place, each.mention.person_id) for each in weighed if each.mention.band in ("certain", "probable")
    }
    elsewhere = [each for each in weighed if each.mention.band == Band.OTHER_CONTEXT]
    assert judged == len(weighed)
    assert opened_cases == len(cases) == len(likely)
    assert {(case.place, case.person_id) for case in cases} == likely
    assert elsewhere, "the town must hold namesakes, else this shows nothing"
    namesakes = {post.post_id for post in load_posts() if post.namesake}
    assert namesakes & {each.post.platform_id for each in elsewhere}
    assert judge_new(str(settings.home)) == open_cases(str(settings.home)) == 0, "nothing is judged or opened twice"
    assert (settings.home / "cache" / "scores.db").is_file(), "what was read once is remembered"


@pytest.mark.usefixtures("judge_environment")
@pytest.mark.parametrize(("threshold", "counted"), [("0.0", True), ("1.0", False)])
def test_what_the_policy_does_not_call_harm_opens_no_case_and_criticism_is_counted(
    make_home: MakeHome,
    take_posts: TakePosts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    threshold: str,
    counted: bool,
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(NOTHING.format(criticism=threshold), "utf-8")
    monkeypatch.setenv("HANDENAF_POLICY", str(policy))
    settings = make_home("home")
    take_posts(settings, "blog")
    assert judge_new(str(settings.home)) > 0
    assert open_cases(str(settings.home)) == 0
    with opened(settings) as state:
        assert bool(state.cases.criticism_count()) is counted
        assert state.posts.judged(outcome="") == ()


@pytest.mark.usefixtures("judge_environment")
def test_another_policy_judges_anew_and_doubles_no_case(
    make_home: MakeHome, take_posts: TakePosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_home("home", people=["T01"])
    take_posts(settings, "blog")
    first = judge_new(str(settings.home))
    cases = open_cases(str(settings.home))
    other = tmp_path / "policy.toml"
    other.write_text(NOTHING.format(criticism="0.0").replace("= 1.0", "= 0.0"), "utf-8")
    monkeypatch.setenv("HANDENAF_POLICY", str(other))
    assert judge_new(str(settings.home)) == first > 0
    assert cases > 0
    assert open_cases(str(settings.home)) == 0


@pytest.mark.usefixtures("judge_environment")
def test_a_night_captures_each_new_case_and_puts_it_before_the_reviewers(make_home: MakeHome) -> None:
    settings = make_home("home", sources=["demo-blog"], people=["T01"])
    night = run_night(str(settings.home), Plain())
    assert night.cases == night.captured >= 2
    assert night.sources["demo-blog"].startswith("ok")
    with opened(settings) as state:
        cases = state.cases.of_states([CaseState.TO_REVIEW])
        assert len(cases) == night.cases
        for case in cases:
            (capture,) = state.papers.captures(case.id)
            assert capture.visible == "visible"
            assert {"screenshot", "text", "html", "manifest"} <= {file.role for file in capture.files}
        assert state.audit.verify() == ""
    again = run_night(str(settings.home), Plain())
    assert (again.sources, again.cases, again.captured, again.alarms) == ({}, 0, 0, 0)


def test_a_page_that_is_gone_goes_to_review_with_what_was_missing(
    make_home: MakeHome, open_case: OpenCase, town: Town
) -> None:
    settings = make_home("home")
    case_id = open_case(settings, "blog", "4021", permalink=f"{town.sites['blog']}/bericht/999999")
    assert capture_case(str(settings.home), case_id) == "removed"
    with opened(settings) as state:
        assert state.cases.one(case_id).state == CaseState.TO_REVIEW
        assert state.papers.captures(case_id)[0].limitations


def test_a_page_that_may_not_be_visited_still_goes_to_review_with_the_reason(
    make_home: MakeHome, open_case: OpenCase
) -> None:
    settings = make_home("home")
    case_id = open_case(settings, "blog", "4021", permalink="http://10.1.2.3/bericht/1")
    with pytest.raises(EvidenceError, match=r"10\.1\.2\.3"):
        capture_case(str(settings.home), case_id)
    with opened(settings) as state:
        assert state.cases.one(case_id).state == CaseState.TO_REVIEW
        assert "Niet vastgelegd" in state.cases.steps(case_id)[-1].reason
    assert case_id in cases_to_capture(str(settings.home)), "the next night tries again"


@pytest.mark.parametrize(("answer", "mark"), [(Answer.POSITIVE, "ours"), (Answer.NEGATIVE, "not_ours")])
def test_the_next_post_of_an_author_is_found_with_what_was_answered_before(
    make_home: MakeHome, open_case: OpenCase, answer: Answer, mark: str
) -> None:
    settings = make_home("home")
    case_id = open_case(settings, "blog", "4021")
    with opened(settings) as state:
        case = state.cases.one(case_id)
        post = state.posts.one(case.post_id)
        assert post is not None
        version = case.version
        if case.state is CaseState.FOUND:
            version = state.cases.move(
                case.id, version=version, to=CaseState.TO_REVIEW, by="system:test", reason="", at=now()
            ).version
        given = Judgement(id="j1", case_id=case.id, answer=answer, reason="zeker", by="roos", at=now())
        host = urlsplit(post.permalink).hostname or ""
        state.cases.judge(given, version=version, author_handle=post.author_handle, host=host)
        found = [one for one in find_named(finder_of(state), [post]) if one.person_id == case.person_id]
    assert found
    assert all(mark in {reason.feature for reason in one.reasons} for one in found)

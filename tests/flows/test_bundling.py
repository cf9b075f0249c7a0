"""Bundles from a real memory: every edition, the log's path to a stamped head, a kept copy, and erasing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from demo.town import Town
from flows.bundling import erase_case, excerpt_of, hashed, make_edition
from flows.errors import FlowError
from flows.open_house import opened
from flows.settings import Settings
from flows.stamping import heads_of
from takedown.errors import EvidenceError
from takedown.evidence import merkle
from takedown.evidence.files import canonical
from takedown.evidence.mask_store import keep_review
from takedown.evidence.masks import Mark, MaskReview
from takedown.evidence.suggestions import suggest_marks
from takedown.evidence.vault import open_bundle
from takedown.evidence.verify import verify
from warehouse import State
from warehouse.state.audit import digest_of


@pytest.fixture
def case(make_home: Callable[..., Settings], open_case: Callable[..., str], own_town: Town) -> tuple[Settings, str]:
    """Give settings and an open case, captured for real."""
    from flows.capturing import capture_case

    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    capture_case(str(settings.home), case_id)
    return settings, case_id


def make_head(settings: Settings, state: State) -> None:
    """Make a daily head as the flow does, without its stamp: no service runs here."""
    digests = [entry.digest for entry in state.audit.entries()]
    place = heads_of(settings) / "2026-11-24"
    place.mkdir(parents=True)
    told = {
        "schema": "handenaf/logkop/1",
        "dag": place.name,
        "volgnummer": len(digests),
        "kop": digests[-1],
        "wortel": merkle.root(digests),
    }
    (place / "kop.json").write_bytes(canonical(told))


def review_all(settings: Settings, state: State, case_id: str) -> None:
    """Answer every suggested mark of the case's post."""
    case = state.cases.one(case_id)
    post, person = state.posts.one(case.post_id), state.people.one(case.person_id)
    assert post
    assert person
    marks = tuple(Mark(start=m.start, end=m.end, kind=m.kind, masked=True) for m in suggest_marks(post.text, person))
    keep_review(
        settings.evidence,
        case_id,
        MaskReview(post_id=post.id, by="lieke", at=datetime(2026, 11, 24, tzinfo=UTC), marks=marks),
    )


def test_every_edition_of_a_real_case_verifies_is_kept_and_is_gone_after_erasing(case: tuple[Settings, str]) -> None:
    settings, case_id = case
    with opened(settings) as state:
        with pytest.raises(EvidenceError, match="Nobody has looked"):
            make_edition(settings, state, case_id, edition="gezwart", by="lieke")
        make_head(settings, state)
        review_all(settings, state, case_id)
        excerpt = excerpt_of(settings, state, case_id)
        assert excerpt.lines
        assert all(digest_of(line.entry) == line.entry.digest for line in excerpt.lines)
        assert hashed(excerpt.lines[0].entry) == excerpt.lines[0].hashed
        for edition in ("volledig", "gezwart", "verdachte"):
            bundle, path = make_edition(settings, state, case_id, edition=edition, by="lieke")
            result = verify(path)
            assert result.ok, result.lines()
            assert open_bundle(settings.evidence, case_id, bundle.sha256) == path.read_bytes()
            assert bundle in state.papers.bundles(case_id)
        with pytest.raises(FlowError, match="no ground"):
            erase_case(settings, state, case_id, by="system:test", ground="zomaar")
        stones = erase_case(settings, state, case_id, by="system:test", ground="retention")
        assert len(stones) == 3
        assert all(verify(stone).ok for stone in stones)
        with pytest.raises(EvidenceError, match="erased"):
            make_edition(settings, state, case_id, edition="volledig", by="lieke")
        assert state.audit.verify() == ""
        assert "evidence.erased" in [entry.action for entry in state.audit.of(case_id)]

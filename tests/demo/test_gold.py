"""What was found is counted against the gold, and nothing else is."""

import io

from rich.console import Console

from demo.gold import compare, load_gold
from demo.messages import SITES
from warehouse import Label

GOLD = load_gold()
PERFECT = [(f"http://127.0.0.1:1/bericht/{pair.post_id}", pair.person_id, pair.labels) for pair in GOLD.pairs.values()]


def test_finding_everything_misses_nothing() -> None:
    counted = compare(PERFECT, GOLD)
    assert (counted.mentions.found, counted.mentions.missed, counted.mentions.false) == (len(GOLD.pairs), 0, 0)
    assert counted.harm.recall == counted.harm.precision == 1
    assert sum(tally.found for tally in counted.mentions_by_site.values()) == len(GOLD.pairs)
    assert counted.lawful_flagged == counted.namesakes_flagged == counted.unknown == 0


def test_finding_nothing_misses_everything() -> None:
    counted = compare([], GOLD)
    assert counted.mentions.missed == len(GOLD.pairs)
    assert counted.mentions.recall == counted.harm.recall == 0
    assert set(counted.mentions_by_site) == set(SITES)


def test_a_namesake_taken_for_the_professional_is_a_false_alarm() -> None:
    namesake = min(GOLD.namesakes)
    counted = compare([*PERFECT, (f"/bericht/{namesake}", "T08", [Label.THREAT])], GOLD)
    assert (counted.mentions.false, counted.harm.false, counted.namesakes_flagged) == (1, 1, 1)
    assert counted.namesakes_harmed == 1
    assert counted.namesakes == len(GOLD.namesakes)
    unharmed = compare([(f"/bericht/{namesake}", "T08", [])], GOLD)
    assert (unharmed.namesakes_flagged, unharmed.namesakes_harmed) == (1, 0)
    assert counted.by_label[Label.THREAT].false == 1


def test_criticism_taken_for_an_insult_is_counted_as_lawful_flagged() -> None:
    pair = next(pair for pair in GOLD.pairs.values() if Label.CRITICISM in pair.labels)
    counted = compare([(f"/bericht/{pair.post_id}", pair.person_id, ["insult"])], GOLD)
    assert (counted.harm.false, counted.lawful_flagged, counted.mentions.false) == (1, 1, 0)


def test_a_post_is_known_by_its_place_in_the_thread_too_and_once() -> None:
    pair = next(pair for pair in GOLD.pairs.values() if pair.site == "forum")
    twice = [
        (f"/t/1?page=1#post-{pair.post_id}", pair.person_id, []),
        (f"/bericht/{pair.post_id}", pair.person_id, list(pair.labels)),
    ]
    assert compare(twice, GOLD).mentions.found == 1


def test_a_permalink_of_no_post_of_the_town_is_unknown() -> None:
    assert compare([("/bericht/99", "T01", []), ("/over-ons", "T01", [])], GOLD).unknown == 2


def test_the_report_shows_the_counted_figures() -> None:
    console = Console(file=io.StringIO(), width=120)
    compare(PERFECT[1:], GOLD).print_report(console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert f"{len(GOLD.pairs) - 1}" in text
    assert "defamation" in text
    first = next(iter(GOLD.pairs.values()))
    there = sum(pair.site == first.site for pair in GOLD.pairs.values())
    assert f"Most people were missed at {first.site} (1 of {there})" in text
    assert f"0 of {len(GOLD.namesakes)} posts about a namesake" in text

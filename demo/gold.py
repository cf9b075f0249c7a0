"""What the system should find in the town, and how much of it it found: counted, never written down."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from demo.messages import load_posts
from warehouse import HARMS, Label

POST_ID = re.compile(r"(?:/bericht/|#post-)(\d+)/?$")
"""The number of a post at the end of its permalink, alone or inside its thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPair:
    """One post that really names one person, and what it does to that person."""

    site: str
    post_id: str
    person_id: str
    labels: frozenset[Label]

    @property
    def is_harmful(self) -> bool:
        """Whether a case should open on it."""
        return bool(self.labels.intersection(HARMS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The whole answer key of the town."""

    pairs: Mapping[tuple[str, str], GoldPair]
    """By post id and person id."""
    sites: Mapping[str, str]
    """Site of every post id, those that name nobody included."""
    namesakes: frozenset[str]
    """Ids of the posts that name somebody who only shares a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Numbers of things found rightly, missed, and found wrongly."""

    found: int
    missed: int
    false: int

    @property
    def recall(self) -> float:
        """Share of what is there that was found, 0 to 1; 1 where nothing is there."""
        there = self.found + self.missed
        return self.found / there if there else 1.0

    @property
    def precision(self) -> float:
        """Share of what was found that is there, 0 to 1; 1 where nothing was found."""
        named = self.found + self.false
        return self.found / named if named else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How what was found compares with the gold."""

    mentions: Tally
    """Pairs of a post and a person it names."""
    mentions_by_site: Mapping[str, Tally]
    harm: Tally
    """Pairs with at least one harm label, whichever."""
    harm_by_site: Mapping[str, Tally]
    by_label: Mapping[Label, Tally]
    """Pairs with this very label."""
    namesakes: int
    """Posts about somebody who only shares a name."""
    namesakes_flagged: int
    """Those of them in which a person was found nevertheless."""
    namesakes_harmed: int
    """Those of them that got a harm label with it, so that a case could open on somebody else."""
    lawful: int
    """Pairs labelled `criticism` in the gold."""
    lawful_flagged: int
    """Those of them that got a harm label: false alarms that would hurt free speech."""
    unknown: int
    """Found things whose permalink is no post of the town."""

    def print_report(self, console: Console) -> None:
        """Print three tables: people found, harm found, and each label; then where most was missed, and the false alarms."""
        console.print(_tabulate("People named", self.mentions_by_site, self.mentions))
        console.print(_tabulate("Harmful posts", self.harm_by_site, self.harm))
        console.print(_tabulate("Labels", {label.value: tally for label, tally in self.by_label.items()}, None))
        console.print(
            f"Most people were missed at {_worst(self.mentions_by_site)}, most harm at {_worst(self.harm_by_site)}."
        )
        console.print(
            f"False alarms: {self.namesakes_flagged} of {self.namesakes} posts about a namesake were taken for the professional "
            f"({self.namesakes_harmed} of them as harm); {self.lawful_flagged} of {self.lawful} times lawful criticism was "
            "taken for harm."
        )
        if self.unknown:
            console.print(f"{self.unknown} found things are no posts of the town.")


def load_gold() -> Gold:
    """Read the answer key out of `demo/posts/`. Raises `PostsError` where a line is no post."""
    posts = load_posts()
    return Gold(
        pairs={
            (post.post_id, mention.person_id): GoldPair(
                site=post.site, post_id=post.post_id, person_id=mention.person_id, labels=post.labels
            )
            for post in posts
            for mention in post.mentions
        },
        sites={post.post_id: post.site for post in posts},
        namesakes=frozenset(post.post_id for post in posts if post.namesake),
    )


def compare(found: Iterable[tuple[str, str, Iterable[str]]], gold: Gold) -> Comparison:
    """Count what was found, missed and falsely found.

    `found` gives permalink (whole or path), person id and labels (their words) of each mention; two mentions of a person
    in one post count as one, with the labels of both. Raises `ValueError` for a word that is no label.
    """
    named: dict[tuple[str, str], set[Label]] = {}
    unknown = 0
    for permalink, person_id, labels in found:
        match = POST_ID.search(permalink)
        if match is None or match[1] not in gold.sites:
            unknown += 1
            continue
        named.setdefault((match[1], person_id), set()).update(Label(label) for label in labels)
    there = set(gold.pairs)
    harmful_there = {key for key, pair in gold.pairs.items() if pair.is_harmful}
    harmful_named = {key for key, labels in named.items() if labels.intersection(HARMS)}
    sites = sorted(set(gold.sites.values()))
    return Comparison(
        mentions=_count(there, set(named)),
        mentions_by_site={site: _count(_at(there, site, gold), _at(set(named), site, gold)) for site in sites},
        harm=_count(harmful_there, harmful_named),
        harm_by_site={site: _count(_at(harmful_there, site, gold), _at(harmful_named, site, gold)) for site in sites},
        by_label={
            label: _count(
                {key for key, pair in gold.pairs.items() if label in pair.labels},
                {key for key, labels in named.items() if label in labels},
            )
            for label in Label
        },
        namesakes=len(gold.namesakes),
        namesakes_flagged=len({post_id for post_id, _ in named} & gold.namesakes),
        namesakes_harmed=len({post_id for post_id, _ in harmful_named} & gold.namesakes),
        lawful=sum(Label.CRITICISM in pair.labels for pair in gold.pairs.values()),
        lawful_flagged=sum(Label.CRITICISM in gold.pairs[key].labels for key in harmful_named & there),
        unknown=unknown,
    )


def _at(keys: set[tuple[str, str]], site: str, gold: Gold) -> set[tuple[str, str]]:
    return {key for key in keys if gold.sites[key[0]] == site}


def _count(there: set[tuple[str, str]], named: set[tuple[str, str]]) -> Tally:
    return Tally(found=len(there & named), missed=len(there - named), false=len(named - there))


def _worst(by_site: Mapping[str, Tally]) -> str:
    """Name the site where the largest share was missed, and how much that is."""
    site, tally = min(by_site.items(), key=lambda entry: entry[1].recall)
    if not tally.missed:
        return "no site"
    return f"{site} ({tally.missed} of {tally.found + tally.missed})"


def _tabulate(title: str, rows: Mapping[str, Tally], total: Tally | None) -> Table:
    table = Table(title=title)
    table.add_column("")
    for heading in ("there", "found", "missed", "false", "recall", "precision"):
        table.add_column(heading, justify="right")
    for name, tally in rows.items():
        table.add_row(name, *_describe(tally))
    if total is not None:
        table.add_section()
        table.add_row("together", *_describe(total))
    return table


def _describe(tally: Tally) -> tuple[str, ...]:
    counts = (tally.found + tally.missed, tally.found, tally.missed, tally.false)
    return (*map(str, counts), f"{tally.recall:.0%}", f"{tally.precision:.0%}")

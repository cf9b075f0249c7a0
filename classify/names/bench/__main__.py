"""`python -m classify.names.bench FOLDER [SECOND]`: all figures of the finder, beside other matchers, in some two minutes.

FOLDER is the names benchmark; SECOND a folder with `roster.csv` and marked posts (`people.txt`, `others.txt`), by
default the one of the tests.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from classify.names.bench.marked import Labelled, read_benchmark, read_marked
from classify.names.bench.rivals import Search, exact, partial_ratio
from classify.names.bench.scoring import Guess, Quality, score
from classify.names.bench.speed import Speed, measure
from classify.names.find import Finder, compile_roster
from classify.names.lines import read_post
from warehouse import Person
from warehouse.people import read_roster

SECOND = Path("tests/classify/names/second")
THIRD = Path("tests/classify/names/third")
FOURTH = Path("tests/classify/names/fourth")
ROSTERS = ("roster_100.csv", "roster.csv", "roster_20000.csv")
SAMPLE = 1000
"""Posts on which partial_ratio's quality is measured: it needs some 3 ms each."""


def ours(finder: Finder) -> Search:
    """Search with the finder."""
    return lambda posts: [Guess(m.post_id, m.person_id, m.start, m.end, m.score) for m in finder.find(posts)]


def marked_posts(folder: Path) -> list[Labelled]:
    """Read the posts of a second set."""
    posts: list[Labelled] = []
    for name in ("people", "others"):
        with (folder / f"{name}.txt").open(encoding="utf-8") as lines:
            posts.extend(read_marked(lines, name))
    return posts


def read_set(folder: Path) -> list[Labelled]:
    """Read a set's posts: `posts.jsonl` in the benchmark's format, or texts marked by hand."""
    lines = folder / "posts.jsonl"
    if not lines.exists():
        return marked_posts(folder)
    with lines.open(encoding="utf-8") as text:
        return list(read_benchmark(text))


def roster_of(folder: Path) -> list[Person]:
    """Read the people a set is about: its own `roster.csv`, or the third set's, which is the benchmark's."""
    own = folder / "roster.csv"
    return list(read_roster(own if own.exists() else THIRD / "roster.csv"))


def quality(search: Search, posts: Sequence[Labelled], threshold: float | None) -> Quality:
    """Score a search on labelled posts."""
    return score(posts, search([labelled.post for labelled in posts]), threshold)


def quality_lines(rows: Sequence[tuple[str, Quality]]) -> Iterable[str]:
    """Write the figures of several searches as a table."""
    yield f"{'':34} {'F1':>6} {'AP':>6} {'P':>6} {'R':>6} {'R@P99':>6} {'macro':>6} {'spans':>6} {'from':>6}"
    for name, q in rows:
        figures = (q.f1, q.average_precision, q.precision, q.recall, q.recall_at_99, q.macro_recall, q.exact_spans)
        yield f"{name:34} " + " ".join(f"{figure:6.3f}" for figure in figures) + f" {q.threshold:6.2f}"


def category_lines(columns: Sequence[tuple[str, Quality]]) -> Iterable[str]:
    """Write recall by category, then false alarms by kind of post, a column for each search."""
    yield f"{'recall by category':24} " + " ".join(f"{name:>16}" for name, _ in columns)
    for category in columns[0][1].categories:
        yield f"{category:24} " + " ".join(_share(q.categories.get(category)) for _, q in columns)
    yield f"{'false alarms a post':24} " + " ".join(f"{name:>16}" for name, _ in columns)
    for kind in columns[0][1].alarms:
        yield f"{kind:24} " + " ".join(_share(q.alarms.get(kind)) for _, q in columns)


def _share(counts: tuple[int, int] | None) -> str:
    """Write a share with the number of cases."""
    return f"{counts[0] / counts[1]:9.3f} ({counts[1]:4})" if counts else f"{'-':>16}"


def speed_lines(speeds: Sequence[Speed]) -> Iterable[str]:
    """Write the speeds as a table."""
    yield (
        f"{'people':>7} {'compiled':>9} {'peak':>7} {'posts/s CPU':>12} {'wall':>8}"
        f" {'exact AC':>9} {'partial_ratio':>14} {'times':>6}"
    )
    for s in speeds:
        yield (
            f"{s.people:7} {s.compiled:7.2f} s {s.peak:4} MB {s.finder.cpu:12.0f} {s.finder.wall:8.0f}"
            f" {s.exact.cpu:9.0f} {s.partial_ratio.cpu:14.1f} {s.ratio:6.0f}"
        )


def main(folder: Path, second: Path) -> Iterable[str]:
    """Measure everything and give the lines of the report as they come."""
    yield "Speed: one process, cold caches; posts a second by CPU time, and by the wall's clock"
    with (folder / "throughput_posts.jsonl").open("rb") as lines:
        posts = [read_post(number, line) for number, line in enumerate(lines, start=1)]
    yield from speed_lines([measure(read_roster(folder / name), posts) for name in ROSTERS])
    with (folder / "dev.jsonl").open(encoding="utf-8") as text:
        dev = list(read_benchmark(text))
    people = read_roster(folder / "roster.csv")
    finder = compile_roster(people)
    yield ""
    yield f"Quality on the development split: {len(dev)} posts, {len(people)} people"
    best = quality(ours(finder), dev, None)
    shipped = quality(ours(finder), dev, finder.table.probable)
    exactly = quality(exact(people), dev, None)
    partly = quality(partial_ratio(people), dev[:SAMPLE], None)
    yield from quality_lines(
        [
            ("finder, threshold of this split", best),
            ("finder, as shipped", shipped),
            ("exact Aho-Corasick", exactly),
            (f"partial_ratio, first {SAMPLE} posts", partly),
        ]
    )
    yield ""
    yield from category_lines([("finder", shipped), ("exact AC", exactly), ("partial_ratio", partly)])
    for told, folder_of in (
        ("second set, by the author of the rules before reading them", second),
        ("third set, by another hand", THIRD),
        ("fourth set, by another hand again", FOURTH),
    ):
        if folder_of.is_dir():
            yield from set_lines(told, read_set(folder_of), roster_of(folder_of))


def set_lines(told: str, posts: Sequence[Labelled], people: Sequence[Person]) -> Iterable[str]:
    """Measure the finder as shipped, and its rivals at their best, on a set of its own."""
    yield ""
    yield f"Quality on the {told}: {len(posts)} posts, {len(people)} people"
    finder = compile_roster(people)
    columns = [
        ("finder", quality(ours(finder), posts, finder.table.probable)),
        ("exact AC", quality(exact(people), posts, None)),
        ("partial_ratio", quality(partial_ratio(people), posts, None)),
    ]
    yield from quality_lines(columns)
    yield ""
    yield from category_lines(columns)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():  # noqa: PLR2004 - the program and the folder
        sys.exit("Give the folder of the names benchmark: python -m classify.names.bench FOLDER [SECOND]")
    for line in main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else SECOND):  # noqa: PLR2004 - same
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

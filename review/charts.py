"""Weeks and sources as rows for the charts; the drawing is in `templates/charts.html`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from warehouse.state.figures import MEASURES, Count

STEPS = 4
"""Lines drawn above the zero line of a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One ISO week."""

    year: int
    week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All counts of a period, ready to draw."""

    weeks: tuple[Week, ...]
    totals: Mapping[str, int]
    """By measure."""
    by_week: Mapping[str, tuple[int, ...]]
    """By measure, a number for each of `weeks`."""
    by_source: Mapping[str, Mapping[str, int]]
    """By source, then measure."""

    @property
    def peak(self) -> int:
        """The charts' upper edge: the highest weekly number, at least 1; from 4 on a multiple of 4, for four whole steps."""
        highest = max((number for numbers in self.by_week.values() for number in numbers), default=0)
        return -(-highest // STEPS) * STEPS if highest >= STEPS else max(highest, 1)


def overview_of(counts: Sequence[Count], *, until: datetime, weeks: int) -> Overview:
    """Arrange counts over the last `weeks` ISO weeks up to `until`; weeks with nothing count 0."""
    monday = until.date() - timedelta(days=until.weekday())
    shown = tuple(_week(monday - timedelta(weeks=back)) for back in reversed(range(weeks)))
    places = {(week.year, week.week): place for place, week in enumerate(shown)}
    by_week = {measure: [0] * weeks for measure in MEASURES}
    by_source: dict[str, dict[str, int]] = {}
    for count in counts:
        place = places.get((count.year, count.week))
        if place is None:
            continue
        by_week[count.measure][place] += count.number
        row = by_source.setdefault(count.source, dict.fromkeys(MEASURES, 0))
        row[count.measure] += count.number
    return Overview(
        weeks=shown,
        totals={measure: sum(numbers) for measure, numbers in by_week.items()},
        by_week={measure: tuple(numbers) for measure, numbers in by_week.items()},
        by_source=dict(sorted(by_source.items(), key=lambda row: (-row[1]["found"], row[0]))),
    )


def _week(monday: date) -> Week:
    year, week, _ = monday.isocalendar()
    return Week(year=year, week=week)


def points(numbers: Sequence[int], *, width: float, height: float, peak: int) -> str:
    """Give the points of a polyline through `numbers`, 0 at the bottom, for an SVG of this size."""
    step = width / max(len(numbers) - 1, 1)
    return " ".join(f"{place * step:.1f},{height - number / peak * height:.1f}" for place, number in enumerate(numbers))

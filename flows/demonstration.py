"""`handenaf demo`: the whole house at work on a small town of websites with fictional people."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import tomli_w
from argon2 import PasswordHasher
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from demo.cards import town_cards
from demo.gold import compare, load_gold
from demo.messages import ROSTER
from demo.town import DEFAULT_PORTS, Town, start_town
from flows.clock import now
from flows.open_house import opened
from flows.progress import progress_bars
from flows.settings import FILE, Settings, read_settings
from flows.supervisor import desk_of, keep_up, running_house
from flows.telling import print_night
from warehouse import Band, Label, Role, State, User
from warehouse.people import read_roster

STAFF = (
    ("sanne", "Sanne Demo (beoordelaar)", Role.REVIEWER),
    ("lars", "Lars Demo (juridisch)", Role.LEGAL),
    ("ada", "Ada Demo (beheer)", Role.ADMIN),
)
"""Three people, for a notice takes two."""


def demonstrate(folder: Path, console: Console, *, once: bool = False) -> None:
    """Run the demo in `folder`: make what is missing, scan, report, open the desk until Ctrl-C (or end, with `once`)."""
    began = monotonic()
    home = folder.resolve()
    home.mkdir(parents=True, exist_ok=True)
    again = (home / FILE).is_file()
    with start_town(home / "town", ports=DEFAULT_PORTS) as town:
        settings = furnish(home, town)
        password = _staff(settings, home)
        for name, address in town.sites.items():
            console.print(f"[green]✓[/] the town's {name:<10} {address}", highlight=False)
        with running_house(settings, console) as children:
            _scan(settings, console)
            _report(settings, console)
            if again:
                console.print(f"Counted with what earlier demos found: delete {home} to begin anew.", style="dim")
            _invite(settings, town, password, monotonic() - began, console)
            if not once:
                keep_up(children, console)


def _invite(settings: Settings, town: Town, password: str, seconds: float, console: Console) -> None:
    """Say where everything is, and how to enter."""
    lines = Table.grid(padding=(0, 2))
    lines.add_row("The desk", f"[bold]{desk_of(settings)}[/]")
    lines.add_row("Logins", "  ".join(f"[bold]{login}[/] ({role.value})" for login, _, role in STAFF))
    lines.add_row("Password", f"[bold]{password}[/]  (a notice takes two people)")
    lines.add_row("Town's inbox", f"{town.inbox_url}  (what its abuse desk got)")
    lines.add_row("Flow runs", f"http://127.0.0.1:{settings.prefect_port}")
    lines.add_row(
        "Next scan", f"{settings.nightly} ({settings.timezone}), or now: handenaf scan --home {settings.home}"
    )
    console.print(Panel(lines, title=f"Ready after {seconds:.0f} s", subtitle="Ctrl-C ends everything", expand=False))


def furnish(home: Path, town: Town) -> Settings:
    """Write the demo's settings, cards and roster into `home`, and give the settings."""
    values = {
        "organisation": "Jeugdbescherming Waterland (demo)",
        "mailbox": "meldpunt@waterland.test",
        "phone": "06-00000000",
        "contact": "meldpunt@waterland.test",
        "smtp_host": town.smtp_host,
        "smtp_port": town.smtp_port,
        "smtp_ca": str(town.smtp_ca_file),
        "alarm_mail": ["piket@waterland.test", "leiding@waterland.test"],
        "gone_minutes": 0,
        "most_captures": 4,
    }
    (home / FILE).write_text(tomli_w.dumps(values), "utf-8")
    settings = read_settings(home)
    settings.cards.mkdir(exist_ok=True)
    for card in town_cards(town):
        fields = {key: value for key, value in card.items() if key != "name"}
        (settings.cards / f"{card['name']}.toml").write_text(tomli_w.dumps(fields), "utf-8")
    with opened(settings) as state:
        state.people.replace(read_roster(ROSTER), at=now(), by="system:demo")
    return settings


def _staff(settings: Settings, home: Path) -> str:
    """Add the demo's three users once, and give their password: made at the first demo, kept in its folder."""
    file = home / "password.txt"
    with opened(settings) as state:
        if file.is_file() and state.users.one(STAFF[0][0]):
            return file.read_text("utf-8").strip()
        password = f"demo-{secrets.token_hex(4)}"
        file.touch(mode=0o600)
        file.write_text(password, "utf-8")
        for login, name, role in STAFF:
            user = User(login=login, name=name, role=role, password_hash=PasswordHasher().hash(password))
            state.users.put(user, at=now(), by="system:demo")
    return password


def _scan(settings: Settings, console: Console) -> None:
    """Run tonight's scan as the real Prefect flow, with a bar for each step."""
    from flows.watch import watch  # noqa: PLC0415 - Prefect reads its settings on import, and `running_house` sets them

    with progress_bars(console):
        night = watch(str(settings.home))
    print_night(night, console, nothing_due="No source is due: everything was looked at less than an hour ago.")


def _report(settings: Settings, console: Console) -> None:
    """Compare what the stores hold with the town's gold, and print what was found, missed and falsely flagged."""
    with opened(settings) as state:
        gold = load_gold()
        compare(found_in(state), gold).print_report(console)
        shown = compare(found_in(state, doubts=True), gold)
    harm, threats = shown.harm, shown.by_label[Label.THREAT]
    console.print(
        f"With what is in doubt, which a person sees last: {harm.found} of {harm.found + harm.missed} harmful posts "
        f"({threats.found} of {threats.found + threats.missed} threats) and {harm.false} others."
    )


def found_in(state: State, *, doubts: bool = False) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give (permalink, person, labels) of every mention that counts as found: certain or probable, newest verdict.

    With `doubts`, harms in doubt stand among the labels.
    """
    for judged in state.posts.judged():
        if judged.mention.band in (Band.CERTAIN, Band.PROBABLE):
            labels = judged.verdict.asked if doubts else judged.verdict.labels
            yield judged.post.permalink, judged.mention.person_id, labels

"""All settings, read once, in one place: `handenaf.toml` in the organisation's folder, then the environment."""

import os
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from flows.errors import FlowError

FILE = "handenaf.toml"


class Settings(BaseSettings):
    """Where things are and how they run. Frozen; an unknown key is refused.

    Each setting can stand in `handenaf.toml` or in the environment as `HANDENAF_<NAME>` (which wins); secrets belong in
    the environment.
    """

    model_config = SettingsConfigDict(env_prefix="HANDENAF_", extra="forbid", frozen=True)

    home: Path = Field(description="The organisation's folder; everything Handenaf keeps lies under it.")
    state_url: str = Field("", description="SQLAlchemy address of the desk's memory; empty: SQLite in the folder.")
    model: str = Field("", description="Folder or name of another harm model; empty: the packaged one.")
    policy: str = Field("", description="Another policy.toml for labels and thresholds; empty: the packaged one.")
    chromium: str = Field("", description="Path of the Chromium to use; empty: found by `make setup`'s order.")
    packaged_sources: tuple[str, ...] = Field(
        (), description="Packaged source cards that are watched, such as bluesky."
    )
    contact: str = Field("", description="Mail address or page in the crawler's user agent, for site owners.")
    most_crawls: int = Field(3, ge=1, le=32, description="How many sources are crawled at once.")
    most_captures: int = Field(2, ge=1, le=8, description="How many pages are captured at once (2 saturate 2 cores).")

    organisation: str = Field("", description="The organisation's name, as it stands in notices.")
    mailbox: str = Field("", description="The role mailbox notices come from; never a professional's own.")
    phone: str = Field("", description="The organisation's telephone number in notices.")
    language: Literal["nl", "en"] = Field("nl", description="Language of letters where the recipient's is unknown.")

    smtp_host: str = Field("", description="Mail server for notices and alarms; empty: no mail can be sent.")
    smtp_port: int = Field(587, description="Its port.")
    smtp_user: str = Field("", description="Login at the mail server; empty: none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server (environment only).")
    smtp_ca: str = Field("", description="File with the certificate authority of the mail server; empty: the system's.")
    mastodon_token: SecretStr = Field(SecretStr(""), description="Token with write:reports (environment only).")
    bluesky_service: str = Field("https://bsky.social", description="The PDS that takes reports.")
    bluesky_login: str = Field("", description="Handle of the organisation's Bluesky account.")
    bluesky_password: SecretStr = Field(SecretStr(""), description="Its app password (environment only).")

    alarm_mail: tuple[str, ...] = Field(
        (), description="Who is told of an acute threat, in order; the next after a wait."
    )
    alarm_webhook: str = Field("", description="Address that gets a JSON POST for each acute threat.")
    alarm_wait_minutes: int = Field(10, ge=1, description="Minutes until the next in line is told.")

    tsa: tuple[str, ...] = Field((), description="Time-stamp services (RFC 3161), at least two in production.")
    tsa_qualified: tuple[str, ...] = Field(
        (), description="Those of them that were checked to be qualified (eIDAS art. 42): their addresses."
    )
    tsa_policies: dict[str, tuple[str, ...]] = Field(
        {}, description="By address: the policies (OIDs) that are taken; a service without any may use any."
    )
    tsa_pauses: dict[str, float] = Field(
        {}, description="By address: least seconds between two requests; what waits meanwhile shares one token."
    )
    tsa_roots: str = Field("", description="Folder with the trusted roots of those services (PEM).")

    desk_host: str = Field("127.0.0.1", description="Address the desk listens on.")
    desk_port: int = Field(8460, description="Port the desk listens on.")
    prefect_port: int = Field(8459, description="Port of the Prefect server, on loopback only.")
    nightly: str = Field("0 2 * * *", description="When `watch` runs (cron).")
    follow_every: str = Field("17 * * * *", description="When `follow` runs (cron).")
    stamp_minutes: int = Field(5, ge=1, description="Minutes between two rounds along what waits for a time stamp.")
    stamp_alarm_minutes: int = Field(15, ge=1, description="Minutes without a time stamp after which somebody is told.")
    forget_every: str = Field("40 4 * * *", description="When `forget` runs (cron).")
    timezone: str = Field("Europe/Amsterdam", description="Zone of those times and of the desk's clock.")

    forget_quiet_days: int = Field(30, ge=1, description="Text of posts without a case is deleted after so many days.")
    gone_minutes: int = Field(60, ge=0, description="Least minutes between the two looks that make a post gone.")
    remind_hours: int = Field(72, ge=1, description="Hours after which a notice without answer is brought up again.")
    answer_hours: int = Field(240, ge=1, description="Hours after which a notice counts as unanswered.")

    @property
    def state(self) -> str:
        """The address of the desk's memory."""
        return self.state_url or f"sqlite:///{self.home / 'state.db'}"

    @property
    def evidence(self) -> Path:
        """The folder of captures and bundles, content-addressed."""
        return self.home / "evidence"

    @property
    def cards(self) -> Path:
        """The organisation's own source cards."""
        return self.home / "sources"

    @property
    def batches(self) -> Path:
        """The Parquet batches the warehouse is built from."""
        return self.home / "batches"

    @property
    def warehouse(self) -> Path:
        """The folder of `warehouse.duckdb` and its published read-only copy."""
        return self.home / "warehouse"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings hands it over; we read no .env
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        home = Path(init_settings.init_kwargs["home"])  # type: ignore[attr-defined]  # read_settings gives it
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=home / FILE))


def read_settings(home: Path, **changes: Any) -> Settings:
    """Read the settings of the organisation whose folder is `home`. Raises `FlowError` naming each bad key."""
    try:
        return Settings(home=home.resolve(), **changes)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise FlowError(
            f"{home / FILE} (or a HANDENAF_ variable) can't be read: {faults}. `handenaf settings` lists what there is."
        ) from error
    except ValueError as error:  # not TOML
        raise FlowError(
            f"{home / FILE} is not valid TOML: {error}. Mend that line, or run `handenaf init` anew."
        ) from error


def chosen_home() -> Path:
    """Give the organisation's folder: HANDENAF_HOME, else here when here is one, else ~/handenaf."""
    if chosen := os.environ.get("HANDENAF_HOME"):
        return Path(chosen)
    here = Path.cwd()
    return here if (here / FILE).is_file() else Path.home() / "handenaf"


def chosen_chromium() -> str:
    """Give HANDENAF_CHROMIUM for the set-up, which runs before there is an organisation; empty when not set."""
    return os.environ.get("HANDENAF_CHROMIUM", "")


def quiet_prefect(home: Path, *, api: str = "") -> dict[str, str]:
    """Give the environment Prefect must run in, and put it into this process's too.

    Prefect phones home in three places unless told not to (measured on 3.8.8: server heartbeat, Amplitude in the
    client, the built UI). Its memory lies in the organisation's folder. `api`: the server's address; empty: none.
    """
    values = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
        "PREFECT_LOGGING_LEVEL": "WARNING",
    }
    if api:
        values["PREFECT_API_URL"] = api
    os.environ.update(values)
    return dict(os.environ)


def is_scheduled_run() -> bool:
    """Tell whether this process is a flow run that the schedule started."""
    return bool(os.environ.get("PREFECT__FLOW_RUN_ID"))


def mute_own_runs() -> None:
    """Keep flow runs of this very process (the demo's) from logging to the server: they are watched on the terminal.

    At Ctrl-C the server ends before them, and Prefect would complain of that in the middle of the screen.
    """
    os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"


def first_file() -> str:
    """Give the text of a new `handenaf.toml`, with what an administrator must fill in."""
    return resources.files("flows").joinpath("first_handenaf.toml").read_text("utf-8")

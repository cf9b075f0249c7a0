from pathlib import Path

import pytest

from flows.errors import FlowError
from flows.settings import FILE, Settings, first_file, read_settings


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_text('organisation = "Uit het bestand"\ndesk_port = 1234\n', "utf-8")
    monkeypatch.setenv("HANDENAF_DESK_PORT", "4321")
    settings = read_settings(tmp_path)
    assert (settings.organisation, settings.desk_port) == ("Uit het bestand", 4321)


def test_a_misspelt_key_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('organisatie = "Waterland"\n', "utf-8")
    with pytest.raises(FlowError, match="organisatie"):
        read_settings(tmp_path)


def test_a_file_that_is_not_toml_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("organisation = \n", "utf-8")
    with pytest.raises(FlowError, match="line 1"):
        read_settings(tmp_path)


def test_the_first_file_is_one_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(first_file(), "utf-8")
    assert read_settings(tmp_path).nightly == "0 2 * * *"


def test_secrets_are_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDENAF_SMTP_PASSWORD", "zeer-geheim")
    settings = read_settings(tmp_path)
    assert "zeer-geheim" not in repr(settings)
    assert settings.smtp_password.get_secret_value() == "zeer-geheim"


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())

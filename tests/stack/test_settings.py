import os
from pathlib import Path

import pytest

from daigou.settings import LogLevel, Settings, SettingsError, load_settings

URL = "postgresql+psycopg://daigou@db.example/daigou"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("DAIGOU_", "TEMPORAL_")):
            monkeypatch.delenv(name)


def test_the_database_is_all_that_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAIGOU_DATABASE_URL", URL)

    settings = load_settings()

    assert settings.database_url == URL
    assert settings.temporal_address == "localhost:7233"
    assert settings.temporal_namespace == "daigou"
    assert settings.time_scale == 1


def test_what_is_missing_is_said_with_an_example() -> None:
    with pytest.raises(SettingsError, match=r"DAIGOU_DATABASE_URL is not set.*postgresql\+psycopg"):
        load_settings()


def test_every_fault_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAIGOU_DATABASE_URL", "sqlite://")
    monkeypatch.setenv("DAIGOU_TIME_SCALE", "0")
    monkeypatch.setenv("DAIGOU_GATEWAY_PORT", "http")

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    said = str(refusal.value)
    assert "DAIGOU_DATABASE_URL" in said
    assert "DAIGOU_TIME_SCALE" in said
    assert "DAIGOU_GATEWAY_PORT" in said


def test_a_password_from_a_secret_goes_into_the_url_and_stays_out_of_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAIGOU_DATABASE_URL", URL)
    monkeypatch.setenv("DAIGOU_DATABASE_PASSWORD", "s3/cr@t")

    settings = load_settings()

    assert settings.database_url == "postgresql+psycopg://daigou:s3%2Fcr%40t@db.example/daigou"
    assert "s3" not in repr(settings)


def test_secrets_are_read_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "daigou_database_password").write_text("of-the-file\n")

    settings = Settings(database_url=URL, _secrets_dir=tmp_path)

    assert settings.database_url == "postgresql+psycopg://daigou:of-the-file@db.example/daigou"


def test_the_log_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAIGOU_DATABASE_URL", URL)
    monkeypatch.setenv("DAIGOU_LOG_LEVEL", "debug")

    assert load_settings().log_level is LogLevel.DEBUG

"""Everything that the environment tells this service, read once and validated."""

import base64
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ENVIRONMENT_PREFIX = "DAIGOU_"
DATABASE_DRIVER = "postgresql+psycopg"
DATABASE_URL_EXAMPLE = f"{DATABASE_DRIVER}://daigou@localhost:5432/daigou"
WEBHOOK_SECRET_BYTES_MIN = 24
"""Standard Webhooks asks for as many."""
# Where Docker and Compose put secrets, one file each, e.g. `daigou_database_password`.
SECRETS_DIR = Path("/run/secrets")


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(BaseSettings):
    """One process's settings: the variable of a field is its name in capitals after `DAIGOU_`.

    Temporal has conventions of its own (`TEMPORAL_ADDRESS`, `TEMPORAL_TLS…`, a profile in a file):
    `daigou.temporal_setup` reads them; only where and what is talked to is said here as well.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_ignore_empty=True,
        frozen=True,
        populate_by_name=True,
        # Absent on a developer's machine, where pydantic-settings would warn of it.
        secrets_dir=SECRETS_DIR if SECRETS_DIR.is_dir() else None,
        str_strip_whitespace=True,
    )

    database_url: Annotated[str, Field(repr=False)]
    """SQLAlchemy's form, `postgresql+psycopg://…`; `database_password` is put in where given."""

    database_password: SecretStr | None = None

    temporal_address: Annotated[str, Field(validation_alias="TEMPORAL_ADDRESS")] = "localhost:7233"
    temporal_namespace: Annotated[str, Field(validation_alias="TEMPORAL_NAMESPACE")] = "daigou"

    gateway_host: str = "127.0.0.1"
    gateway_port: Annotated[int, Field(ge=1, le=65535)] = 8080

    task_queue: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")] = "daigou"

    time_scale: Annotated[int, Field(ge=1)] = 1
    """Divides every duration: at 86400 a day lasts a second."""

    log_level: LogLevel = LogLevel.INFO

    counterparties: Literal["simulator"] = "simulator"
    """Who captures payments and sells goods; the worker knows the names."""

    update_wait_seconds_max: Annotated[float, Field(gt=0, le=60)] = 10
    """How long the gateway waits for a workflow's answer before it says 503."""

    smtp_host: str | None = None
    """Where e-mail is handed in; None: nobody is told by e-mail until there is a host."""
    smtp_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    """None: the usual port of `smtp_tls`."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    notices_from: str = "notices@localhost.localdomain"
    """The address that e-mail comes from."""
    webhooks_allow_insecure: bool = False
    """For development: webhooks over http, and to private addresses."""

    institution_webhook_secret: SecretStr = SecretStr("")
    """What the payment institution signs its messages by; several with spaces while they change.
    Without any, none of its messages is taken."""
    institution_party: Annotated[str, Field(pattern=r"^(pin_[0-9A-Za-z_-]{2,60})?$")] = ""
    """Whom these messages come from: a registered party."""

    @property
    def institution_webhook_secrets(self) -> tuple[str, ...]:
        """The secrets, each as the institution gave it."""
        return tuple(self.institution_webhook_secret.get_secret_value().split())

    @field_validator("institution_webhook_secret")
    @classmethod
    def _are_secrets(cls, value: SecretStr) -> SecretStr:
        for each in value.get_secret_value().split():
            try:
                found = base64.b64decode(each.removeprefix("whsec_") + "==", validate=False)
            except ValueError:
                found = b""
            if len(found) < WEBHOOK_SECRET_BYTES_MIN:
                raise ValueError(
                    "is whsec_ and base64 of at least "
                    f"{WEBHOOK_SECRET_BYTES_MIN} bytes, or several of these with spaces"
                )
        return value

    @model_validator(mode="after")
    def _secrets_have_their_party(self) -> Self:
        if self.institution_webhook_secrets and not self.institution_party:
            raise ValueError("DAIGOU_INSTITUTION_WEBHOOK_SECRET needs DAIGOU_INSTITUTION_PARTY")
        return self

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername
        except ArgumentError:
            raise ValueError(f"is no database URL; use e.g. {DATABASE_URL_EXAMPLE}") from None
        if driver != DATABASE_DRIVER:
            raise ValueError(
                f"names the driver {driver!r}; only PostgreSQL through psycopg is supported, "
                f"e.g. {DATABASE_URL_EXAMPLE}"
            )
        return value

    @model_validator(mode="after")
    def _with_the_password(self) -> Self:
        if self.database_password is None:
            return self
        url = make_url(self.database_url).set(password=self.database_password.get_secret_value())
        # Frozen for everyone else; here the value is still being made.
        object.__setattr__(self, "database_url", url.render_as_string(hide_password=False))
        return self


class SettingsError(Exception):
    """The environment makes no valid settings; the text says which variables to set, and how."""


def load_settings() -> Settings:
    """The settings of the environment.

    Raises `SettingsError`, which lists every wrong or missing variable at once.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "\n".join(f"  {_say(fault)}" for fault in error.errors())
        raise SettingsError(f"The settings are not valid:\n{faults}") from None


def _say(fault: Any) -> str:
    name = "_".join(str(part) for part in fault["loc"]).upper()
    variable = name if name.startswith("TEMPORAL_") else ENVIRONMENT_PREFIX + name
    if fault["type"] == "missing":
        hint = f", e.g. {DATABASE_URL_EXAMPLE}" if variable == "DAIGOU_DATABASE_URL" else ""
        return f"{variable} is not set: set it{hint}."
    return f"{variable}: {fault['msg'].removeprefix('Value error, ')}."

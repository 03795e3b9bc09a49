"""The settings: read from the environment (and a .env file) in this one place, with all faults listed at start."""

import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError
from pydantic_core import ErrorDetails

from postwright.kit.crypto import Key, Secret
from postwright.kit.ids import token

PREFIX = "POSTWRIGHT_"
_CREDENTIAL = re.compile(r"^(?P<owner>[A-Z0-9]+)_CLIENT_(?P<part>ID|SECRET)$")
_LEAST_SECRET = 32


class BadSettings(Exception):
    """The settings cannot be used; the message lists every fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("The settings cannot be used:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    bare = not (parts.query or parts.fragment or parts.username) and parts.port != 0  # a port out of range raises
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
        raise ValueError("must be an http(s) address like https://posts.example.com")
    return urlunsplit(parts).rstrip("/")  # with its scheme in small letters


def _words(value: object) -> object:
    return tuple(word for word in re.split(r"[,\s]+", value) if word) if isinstance(value, str) else value


def _at_least_one_key(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts:
        raise ValueError("at least one key is needed")
    for text in texts:
        Key.parse(text)
    return tuple(Secret(text) for text in texts)


Origin = Annotated[str, AfterValidator(_origin)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Hidden = Annotated[str, AfterValidator(Secret)]
"""Does not show itself where the settings are shown."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The client id and secret of the operator's app at a platform."""

    client_id: str
    client_secret: Secret


class Settings(BaseModel):
    """Every setting. Names are those of the environment without the prefix, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: Literal["development", "production"] = "development"
    database_url: Hidden | None = None
    data_dir: Path = Path(".data")
    public_url: Origin = "http://127.0.0.1:8000"
    sandbox_url: Origin | None = None
    secret_key: Annotated[Hidden, Field(min_length=_LEAST_SECRET)]
    encryption_keys: Annotated[Words, AfterValidator(_at_least_one_key)]
    media_url: str | None = None
    media_fetch_allow: Words = ()
    cors_origins: Words = ()
    heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    credentials: Mapping[str, InstanceOf[Credentials]] = Field(default_factory=dict)

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def secure(self) -> bool:
        """Whether people reach the server by HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def lease(self) -> timedelta:
        """How long a worker's claim holds without a heartbeat: three heartbeats."""
        return timedelta(seconds=self.heartbeat_seconds * 3)

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(Key.parse(text) for text in self.encryption_keys)

    def app_of(self, owner: str) -> Credentials | None:
        """The app credentials of a platform; against a sandbox, its seeded ones where none are given."""
        given = self.credentials.get(owner)
        if given is None and self.sandbox_url is not None:
            return Credentials(f"sandbox-{owner}", Secret(f"sandbox-{owner}-secret"))
        return given


def load(environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read the settings; `overrides` (from the command line) win over the environment. Raises BadSettings."""
    faults: list[str] = []
    source = environment if environment is not None else {**_dotenv(), **os.environ}  # noqa: TID251 the one place
    values = _read(source, faults)
    values.update({name: value for name, value in overrides.items() if value is not None})
    if values.get("env") == "production":
        faults += _production_faults(values)
    if not faults:
        _fill_secrets(values, faults)
    stand_in = {"secret_key": "-" * _LEAST_SECRET, "encryption_keys": Key.generate()} if faults else {}
    try:
        settings = Settings.model_validate(stand_in | values)
    except ValidationError as error:
        faults += [_fault(one) for one in error.errors()]
    if faults:
        raise BadSettings(faults)
    return settings


def _fault(one: ErrorDetails) -> str:
    return f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg'].removeprefix('Value error, ')}"


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment for a child process that is to have exactly these settings, whatever .env says there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}  # noqa: TID251 likewise
    silenced = {name: "" for name in _dotenv() if name.startswith(PREFIX)}
    given = {f"{PREFIX}{name.upper()}": _text(value) for name, value in settings if name != "credentials"}
    for owner, credentials in settings.credentials.items():
        given[f"{PREFIX}{owner.upper()}_CLIENT_ID"] = credentials.client_id
        given[f"{PREFIX}{owner.upper()}_CLIENT_SECRET"] = str(credentials.client_secret)
    return {**kept, **silenced, **given}


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _read(environment: Mapping[str, str], faults: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    parts: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or value == "":
            continue
        short = name.removeprefix(PREFIX)
        if match := _CREDENTIAL.match(short):
            parts.setdefault(match["owner"], {})[match["part"]] = value
        elif short.lower() in Settings.model_fields:
            values[short.lower()] = value
    credentials = {}
    for owner, found in parts.items():
        if missing := {"ID", "SECRET"} - found.keys():
            faults.append(f"{PREFIX}{owner}_CLIENT_{missing.pop()} is missing beside its other half")
        else:
            credentials[owner.lower()] = Credentials(found["ID"], Secret(found["SECRET"]))
    return {**values, "credentials": credentials}


def _production_faults(values: Mapping[str, object]) -> list[str]:
    faults = [
        f"{PREFIX}{name.upper()} must be set in production"
        for name in ("secret_key", "encryption_keys", "public_url")
        if not values.get(name)
    ]
    if values.get("sandbox_url"):
        faults.append(f"{PREFIX}SANDBOX_URL must not be set in production: posts would not reach the platforms")
    return faults


def _fill_secrets(values: dict[str, object], faults: list[str]) -> None:
    """Make the secrets of a development server at its first start and keep them in the data folder: none is known."""
    folder = Path(str(values.get("data_dir", Settings.model_fields["data_dir"].default)))
    for name, make in (("secret_key", token), ("encryption_keys", Key.generate)):
        if values.get(name):
            continue
        path = folder / name
        try:
            if not path.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _write_once(path, make())
            values[name] = path.read_text().strip()
        except OSError as error:
            faults.append(f"{PREFIX}DATA_DIR: {path} cannot be kept there: {error.strerror}")


def _write_once(path: Path, text: str) -> None:
    """Write a file only its owner can read; of several processes that start together, the first one's text stays."""
    descriptor, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()

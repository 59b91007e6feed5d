"""Settings: the command line's options, then `BYLINE_*` variables, then `byline.toml`, then the defaults.

Only the entry points (the command line and the service) load them; all other code gets what it needs as arguments.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from rag.errors import ConfigError

PREFIX = "BYLINE_"
CONFIG_FILE = "byline.toml"
LEAST_SECRET = 16
HASHED = "sha256:"
SCOPES = frozenset({"read", "write"})


class Key(BaseModel):
    """A key to the service: its name, scopes (`read`, `write`) and secret, or `sha256:` and the secret's hash.

    A fast hash is enough: slow ones protect passwords, and the secrets of `byline keys new` have 256 random bits.
    """

    model_config = ConfigDict(frozen=True)
    name: str = Field(pattern=r"^[\w.-]{1,64}$")
    scopes: frozenset[str]
    secret: SecretStr

    @property
    def digest(self) -> bytes:
        """SHA-256 of the secret."""
        secret = self.secret.get_secret_value()
        if secret.startswith(HASHED):
            return bytes.fromhex(secret.removeprefix(HASHED))
        return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


class Settings(BaseModel):
    """All settings; a field `x` is the variable `BYLINE_X` or `x` in byline.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: str = Field("~/.byline/library", description="the library's folder, or milvus: and a file or URL")
    milvus_token: SecretStr | None = Field(None, description="the Milvus server's token: user:password or a key")
    model: str | None = Field(None, description="any litellm model name; unset: answers are extractive")
    fallback_models: tuple[str, ...] = Field((), description="models to ask when the first fails")
    api_base: str | None = Field(None, description="the model's base URL, if not its provider's own")
    api_key: SecretStr | None = Field(None, description="the model's key, if not in its provider's own variable")
    embedding_model: str | None = Field(None, description="a sentence-transformers model: its name or folder")
    reranker: str | None = Field(None, description="a CrossEncoder that reranks passages: its name or folder")
    checker: str | None = Field(None, description="the second opinion: words (none), model, model:NAME or a verifier")
    keys: tuple[Key, ...] = Field((), description="name:scope+scope:secret (or sha256:HASH), separated by commas")
    host: str = Field("127.0.0.1", description="the address to serve; any but loopback needs keys")
    port: int = Field(8000, ge=0, le=65535, description="the port to serve")
    llm_timeout_s: float = Field(60.0, gt=0, le=3600, description="seconds a language model may take for an answer")
    answer_timeout_s: float = Field(120.0, gt=0, le=3600, description="seconds an answer, search or trace may take")
    llm_retries: int = Field(2, ge=0, le=10, description="retries of a language model that fails")
    max_body_mb: float = Field(20.0, gt=0, le=1024, description="largest request body in megabytes")
    max_waiting: int = Field(32, ge=1, le=10000, description="requests in progress before more are refused (503)")
    max_llm_questions: int = Field(200, ge=1, le=10000, description="the same for questions to the language model")
    rate_store: str = Field("memory://", description="where requests are counted; redis://… is shared by replicas")
    rate_per_minute: int = Field(0, ge=0, description="requests per minute and key; 0: no limit")
    concurrent_per_key: int = Field(0, ge=0, description="concurrent requests per key; 0: no limit")
    cached_answers: int = Field(256, ge=0, le=100_000, description="answers kept for repeated questions; 0: none")
    cors_origins: tuple[str, ...] = Field((), description="origins allowed by CORS")
    shutdown_timeout_s: int = Field(30, ge=0, le=3600, description="seconds that running requests get at shutdown")
    slack_bot_token: SecretStr | None = Field(None, description="Slack's bot token, xoxb-…; see docs/slack.md")
    slack_signing_secret: SecretStr | None = Field(None, description="Slack's signing secret; see docs/slack.md")
    slack_api_base: str = Field("https://slack.com/api/", description="base URL of Slack's Web API")
    telegram_token: SecretStr | None = Field(None, description="the Telegram bot's token; see docs/add-a-chat.md")
    telegram_secret: SecretStr | None = Field(None, description="the secret_token given to Telegram's setWebhook")
    telegram_api_base: str = Field("https://api.telegram.org", description="base URL of Telegram's Bot API")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="the lowest level to log")
    log_format: str = Field("text", pattern="^(text|json)$", description="plain lines, or one JSON object a line")

    @field_validator("fallback_models", "cors_origins", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("keys", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [one.strip().split(":", 2) for one in value.split(",") if one.strip()]
        if any(len(part) != 3 for part in parts):
            raise ValueError("a key has the form name:scope+scope:secret")
        return tuple({"name": name, "scopes": scopes.split("+"), "secret": secret} for name, scopes, secret in parts)

    @field_validator("keys", mode="after")
    @classmethod
    def _strong(cls, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        for key in keys:
            if not key.scopes or not key.scopes <= SCOPES:
                raise ValueError(f"the scopes of the key {key.name} must be read, write or both")
            secret = key.secret.get_secret_value()
            if len(secret) < LEAST_SECRET:
                raise ValueError(f"the secret of the key {key.name} is shorter than {LEAST_SECRET} characters")
            if secret.startswith(HASHED) and not re.fullmatch("[0-9a-f]{64}", secret.removeprefix(HASHED)):
                raise ValueError(f"the hash of the key {key.name} is not 64 hexadecimal digits")
        if len({key.name for key in keys}) < len(keys):
            raise ValueError("two keys have the same name")
        return keys

    @field_validator("cors_origins", mode="after")
    @classmethod
    def _named(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for one in origins:
            if not re.fullmatch(r"https?://[^/\s*]+", one):
                raise ValueError(f"{one!r} is not an origin such as https://news.example.org")
        return origins


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its value (secrets masked) and where it came from."""

    name: str
    value: str
    source: str
    meaning: str


def load_settings(**given: object) -> Settings:
    """Loads the settings; values `given` (None is ignored) override all others. Raises ConfigError."""
    options = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**{**_in_file(), **_in_variables(), **options})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        what = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigError(f"{_variable(name)} is not valid: {what}.") from None


def described(settings: Settings) -> tuple[Setting, ...]:
    """Every setting with its value and where it came from, for `byline doctor`."""
    in_variables, in_file = _in_variables(), _in_file()
    found = []
    for name, field in Settings.model_fields.items():
        variable, value, source = _variable(name), getattr(settings, name), "default"
        if name in in_variables:
            source = f"variable {variable}"
        elif name in in_file:
            source = str(_file())
        elif value != field.default:
            source = "command line"
        found.append(Setting(variable, _shown(value), source, field.description or ""))
    return tuple(found)


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _in_variables() -> dict[str, Any]:
    """The settings in `BYLINE_*` variables; an empty one counts as not set."""
    found = {name: os.environ.get(_variable(name), "") for name in Settings.model_fields}
    return {name: value for name, value in found.items() if value.strip()}


def _file() -> Path:
    return Path(os.environ.get(f"{PREFIX}CONFIG") or CONFIG_FILE)


def _in_file() -> dict[str, Any]:
    """The settings in `byline.toml` of the working folder, or in the file that BYLINE_CONFIG names."""
    path = _file()
    if not path.is_file():
        if os.environ.get(f"{PREFIX}CONFIG"):
            raise ConfigError(f"BYLINE_CONFIG names {path}, which is not a file: correct it or unset it.")
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}.") from error
    for name in values:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise ConfigError(f"{path} has the unknown setting {name!r}{hint}: `byline doctor` lists them all.")
    return values


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return ", ".join(
            f"{one.name} ({'+'.join(sorted(one.scopes))})" if isinstance(one, Key) else str(one) for one in value
        )
    return "" if value is None else re.sub(r"//[^/@\s]+@", "//***@", str(value))

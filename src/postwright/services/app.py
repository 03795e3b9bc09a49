"""What every use case is given beside its transaction: the parts that bootstrap built, in one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass

from postwright.domain.errors import NotFound
from postwright.kit.blobs import Blobs
from postwright.kit.clock import Clock
from postwright.kit.crypto import KeyRing, derive
from postwright.kit.http import Http
from postwright.platforms.base import Adapter, AppCredentials, Login
from postwright.settings import Settings
from postwright.storage.db import Database


@dataclass(frozen=True, slots=True)
class App:
    """The composed application."""

    settings: Settings
    db: Database
    http: Http
    clock: Clock
    keys: KeyRing
    blobs: Blobs
    platforms: Mapping[str, Adapter]

    def adapter(self, platform: str) -> Adapter:
        """The adapter of a platform. Raises NotFound."""
        found = self.platforms.get(platform)
        if found is None:
            names = ", ".join(self.platforms)
            raise NotFound(f"{platform!r} is not a platform here; these are: {names}.", code="unknown_platform")
        return found

    def credentials(self, login: Login) -> AppCredentials | None:
        """The operator's app for a login, None where none was set up."""
        found = self.settings.app_of(login.credentials)
        return AppCredentials(found.client_id, found.client_secret) if found else None

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for each purpose (links, sessions, …), out of the secret key."""
        return derive(self.settings.secret_key, purpose)

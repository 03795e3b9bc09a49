"""The two trees of failure; a class's docstring is its default sentence.

Problem                 for callers; carries an HTTP status and a stable code
├── Invalid             422  findings, each with a field
├── Unauthenticated     401
├── NotAllowed          403
├── NotFound            404
├── Conflict            409
├── TooMany             429
└── Unready             503

PlatformError           raised by adapters only; carries the platform's status and code, and redacted evidence
├── AuthExpired         refresh the token once and go on
├── AuthRevoked         pause the account and ask its owner to reconnect
├── RateLimited         wait until a time; burns no attempt
├── QuotaReached        likewise, for a daily allowance
├── Rejected            permanent; a person edits the post
├── Unavailable         certainly not written; back off and try again
├── Uncertain           maybe written; ask the platform before anything else
└── Surprise            a reply nobody understood; after a commit step it counts as Uncertain
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (or doubtful) with one field, in words a person can act on."""

    field: str
    code: str
    message: str
    limit: float | str | None = None
    value: float | str | None = None
    severity: Severity = "error"
    platform: str | None = None
    account_id: str | None = None


class Problem(Exception):
    """Something went wrong."""

    status = 500
    code = "internal"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        field: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.retry_at = retry_at
        self.findings: tuple[Finding, ...] = (Finding(field, self.code, self.message),) if field else ()
        super().__init__(self.message)


class Invalid(Problem):
    """The request holds values that cannot be used."""

    status = 422
    code = "invalid"

    def __init__(self, findings: Sequence[Finding], message: str | None = None) -> None:
        first = findings[0] if findings else None
        super().__init__(message or (first.message if first else None), code=first.code if first else None)
        self.findings = tuple(findings)

    @staticmethod
    def of(field: str, code: str, message: str) -> "Invalid":
        """The common case of one finding."""
        return Invalid((Finding(field, code, message),))


class Unauthenticated(Problem):
    """Sign in first: the credentials are missing, wrong or no longer valid."""

    status = 401
    code = "unauthenticated"


class NotAllowed(Problem):
    """You may not do that."""

    status = 403
    code = "not_allowed"


class NotFound(Problem):
    """There is nothing here by that name."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """That does not fit the present state."""

    status = 409
    code = "conflict"


class TooMany(Problem):
    """Too many requests; wait a little."""

    status = 429
    code = "too_many_requests"


class Unready(Problem):
    """The server is not ready for that yet."""

    status = 503
    code = "unready"


class PlatformError(Exception):
    """The platform did not do what was asked."""

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        code: str | None = None,
        until: datetime | None = None,
        field: str | None = None,
        evidence: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.status = status
        self.code = code
        self.until = until
        self.field = field
        self.evidence = dict(evidence or {})
        super().__init__(self.message)

    @property
    def kind(self) -> str:
        """The class in snake case, as it is stored and shown."""
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("_")


class AuthExpired(PlatformError):
    """The access token is no longer valid."""


class AuthRevoked(PlatformError):
    """The connection was revoked or lost a permission: reconnect the account."""


class RateLimited(PlatformError):
    """The platform asks us to slow down."""


class QuotaReached(PlatformError):
    """The account has used up what the platform allows for now."""


class Rejected(PlatformError):
    """The platform refused this content."""


class Unavailable(PlatformError):
    """The platform could not be reached, and nothing was written."""


class Uncertain(PlatformError):
    """It is not known whether the platform acted."""


class Surprise(PlatformError):
    """The platform answered something that is not in its documents."""

"""What can be set about a sandbox: its address, delays, quotas and switches. Nothing here names a platform."""

from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Settings of one sandbox; `POST /_sandbox/seed` may change them while it runs, a reset brings them back."""

    origin: str = ""
    """Public base URL of the sandbox, without a trailing slash. `serve` fills it in from the bound port."""
    image_delay: float = 0.0
    """Seconds (of virtual time) that an image is processed before it can be published."""
    video_delay: float = 3.0
    """Seconds (of virtual time) that a video is processed."""
    quota_total: int = 50
    """Posts that one account may publish in 24 hours."""
    containers_per_day: int = 400
    """Containers (unpublished posts) that one account may create in 24 hours."""
    calls_per_hour: int = 200
    """Calls in a rolling hour, for each account and for each user of an app."""
    vendor_limits: bool = True
    """Refuse what goes over the rates and quotas that a vendor gives as fixed numbers, beside those set here."""
    verified_urls: str = ""
    """URL prefixes, comma-separated, that apps have verified beside the sandbox itself and every loopback address, for
    vendors that fetch media from verified places only."""
    token_reply: Literal["flat", "data"] = "flat"  # noqa: S105 - the form of a reply, no secret
    """Form of the code exchange's reply, where a vendor's page and its servers disagree."""
    refresh_reuse: bool = False
    """Let a refresh token live on after it was used, where a vendor's documents do not say that it ends."""
    strict_params: bool = True
    """Refuse parameters that a route does not know; some vendors drop them, and a mistyped caption would vanish."""
    upload_on_every_login: bool = False
    """Offer resumable uploads also where the vendor documents them for one login only."""
    trust_media: bool = False
    """Take media URLs as they are: nothing is fetched or probed (for benchmarks)."""
    fetch_timeout: float = 20.0
    """Seconds that fetching one media file may take."""
    webhook_attempts: int = 4
    """How often one webhook is sent before the sandbox gives up."""
    webhook_pause: float = 0.2
    """Seconds before the second attempt; each further pause is twice as long."""
    journal_size: int = 50_000
    """Calls kept in the journal; older ones are forgotten."""
    story_audience_delay: float = 600.0
    """Seconds (of virtual time) until a story has had enough viewers for insights."""

    @classmethod
    def bench(cls, origin: str = "") -> Self:
        """No delays, no quotas, no media fetched: what is left is the cost of the protocol."""
        lifted = 1_000_000_000
        return cls(
            origin=origin,
            video_delay=0.0,
            quota_total=lifted,
            containers_per_day=lifted,
            calls_per_hour=lifted,
            vendor_limits=False,
            trust_media=True,
            journal_size=10_000,
        )

"""Fetching media the way Meta's crawler does, and where it is shown afterwards.

Source: Meta, Instagram Platform "Content Publishing": media is fetched with cURL when the container is created.
"""

from postwright.sandbox.media import Stored
from postwright.sandbox.state import World

AGENT = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


async def crawl(world: World, url: str, max_bytes: int) -> Stored:
    """Fetch one file; raises FetchRefused."""
    return await world.media.fetch(url, agent=AGENT, max_bytes=max_bytes, seconds=world.settings.fetch_timeout)


def own_url(world: World, stored: Stored) -> str:
    """Where the sandbox shows a stored file."""
    return f"{world.origin}/_sandbox/media/{stored.id}"

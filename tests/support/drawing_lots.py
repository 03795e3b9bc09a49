"""Which of the many cases of a proof this run takes: by lot, the same ones for the same seed.

`SEED=… make test` draws other ones, `EVERYTHING=1 make test` leaves nothing out. Without either the
choice is always the same: a red run then tells of the change and not of the day.
"""

import os
from hashlib import blake2b

SEED = int(os.environ.get("SEED") or 739_940)  # noqa: TID251 - what the person at the keyboard wants
EVERYTHING = bool(os.environ.get("EVERYTHING"))  # noqa: TID251 - likewise


def drawn(*case: object, share: float) -> bool:
    """Whether this case is among the `share` (0…1) of all that are taken."""
    return EVERYTHING or lot(*case) < share


def lot(*case: object) -> float:
    """The case's number in [0, 1), the same wherever and however often it is drawn."""
    digest = blake2b(repr((SEED, *case)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64

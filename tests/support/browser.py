"""Where the Chromium for browser tests is. It is the system's: nothing is downloaded."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "There is no Chromium here, so the tests marked `browser` cannot run. Install it (apt install chromium) or name one"
    " in the variable CHROMIUM."
)


def chromium() -> str | None:
    """Give the path of Chromium: what CHROMIUM names, or the first one on PATH."""
    named = os.getenv("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def is_required() -> bool:
    """Whether a missing Chromium is a failure; .ci/run says so."""
    return os.getenv("POSTWRIGHT_REQUIRE_BROWSER") == "1"

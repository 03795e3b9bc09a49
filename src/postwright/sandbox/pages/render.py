"""Renders the sandbox's templates and hands out its style sheet."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' http: https: data:; media-src 'self' http: https:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No form-action: Chromium applies it to the redirect back to the app as well."""
SECURITY_HEADERS = (
    ("content-security-policy", CONTENT_POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)

_templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

_SPELLED = {"linkedin": "LinkedIn", "tiktok": "TikTok", "youtube": "YouTube"}
_templates.filters["brand"] = lambda platform: _SPELLED.get(platform, platform.capitalize())


def page(template: str, **values: object) -> bytes:
    """A whole page as UTF-8."""
    return _templates.get_template(template).render(**values).encode()


def style_sheet() -> bytes:
    """The one style sheet of the sandbox."""
    return (HERE / "sandbox.css").read_bytes()

"""The one redaction: whatever shape a secret is said in, it is not written down; what went wrong still is."""

import json
import logging
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from postwright.kit.crypto import Secret
from postwright.kit.logging import HIDDEN, configure, logger, redact

TOKEN = "EAAGm0PX4ZCpsBAKZZz9wQ"
NAMES = (
    *("access_token", "refresh_token", "fb_exchange_token", "input_token", "id_token", "token", "client_secret"),
    *("appsecret_proof", "code_verifier", "password", "api_key", "client_assertion", "Authorization", "Set-Cookie"),
    *("x-hub-signature-256", "signed_request", "private_key", "X-API-Key", "accessToken", "CLIENT_SECRET", "code"),
)
SECRETS = st.from_regex(r"[A-Z][A-Za-z0-9_-]{18,60}[0-9]", fullmatch=True)
HARMLESS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "a", "é", "x y"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "n"]), inner, max_size=3)
    ),
    max_leaves=8,
)
WRITINGS: dict[str, Callable[[str, str], object]] = {
    "field": lambda name, secret: {name: secret},
    "list under a field": lambda name, secret: {name: [secret, {"value": secret}]},
    "query": lambda name, secret: f"https://example.com/me?fields=id&{urlencode({name: secret})}&limit=5",
    "fragment": lambda name, secret: f"https://example.com/#{urlencode({name: secret})}",
    "URL in a URL": lambda name, secret: f"https://a.example/?next={quote(f'https://b.example/?{name}={secret}&a=1')}",
    "form": lambda name, secret: urlencode({"grant_type": "x", name: secret}),
    "form as bytes": lambda name, secret: urlencode({"grant_type": "x", name: secret}).encode(),
    "JSON": lambda name, secret: json.dumps({"id": 1, name: secret, "more": True}),
    "JSON, close": lambda name, secret: json.dumps({"id": 1, name: secret, "more": True}, separators=(",", ":")),
    "JSON, wide": lambda name, secret: json.dumps({"id": 1, name: secret, "more": True}, indent=2),
    "JSON, cut off": lambda name, secret: f'{{"data": [{{"id": 1, "{name}": "{secret}',
    "JSON in JSON": lambda name, secret: json.dumps({"body": json.dumps({name: secret, "a": 1})}),
    "JSON in JSON in JSON": lambda name, secret: json.dumps([json.dumps({"body": json.dumps({name: secret})})]),
    "repr": lambda name, secret: repr({"id": 1, name: secret}),
}


@st.composite
def nested(draw: st.DrawFn, inside: object) -> object:
    """`inside`, somewhere deep in a harmless value."""
    for _ in range(draw(st.integers(0, 4))):
        beside = draw(HARMLESS)
        shapes: list[object] = [{"deeper": inside, "beside": beside}, [beside, inside], (inside, beside)]
        inside = draw(st.sampled_from(shapes))
    return inside


@pytest.mark.parametrize("writing", WRITINGS)
@settings(max_examples=25)
@given(st.sampled_from(NAMES), SECRETS, st.data())
def test_a_secret_with_a_name_does_not_survive_as(writing: str, name: str, secret: str, more: st.DataObject) -> None:
    value = more.draw(nested(WRITINGS[writing](name, secret)))
    assert secret in str(value)
    shown = str(redact(value))
    assert secret not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "text",
    [
        f"Malformed access token {TOKEN}",
        f"Malformed access token '{TOKEN}'",
        f"Authorization: Bearer {TOKEN}",
        "Authorization: Basic c2hvcnQ6cHc=",
        f"the header was Bearer {TOKEN}",
        f"OAuth {TOKEN}",
        f"ACCESS_TO\u212aEN={TOKEN}",  # the patterns take a Kelvin sign for a k, and a dotted and a dotless I for an i
        f"code_ver\u0131f\u0130er={TOKEN}",
        f"Cookie: a=1; session={TOKEN}",
        f"postgresql://ana:{TOKEN}@db.example/posts",
        f'{{"password": "quoted \\" {TOKEN}"}}',
    ],
)
def test_a_secret_in_words_does_not_survive(text: str) -> None:
    shown = str(redact(text))
    assert TOKEN not in shown
    assert "c2hvcnQ6cHc=" not in shown
    assert HIDDEN in shown


def test_a_secret_by_type_is_hidden_under_any_name() -> None:
    assert redact({"name": Secret("x"), "list": [Secret("y")]}) == {"name": HIDDEN, "list": [HIDDEN]}


@given(HARMLESS)
def test_what_is_harmless_stays_as_it_is(value: object) -> None:
    assert redact(value) == value


@given(st.text())
def test_any_text_can_be_redacted_and_again_without_a_change(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"message": "Invalid parameter", "type": "OAuthException", "code": 100, "error_subcode": 2207009}},
        {"error": {"code": "access_token_invalid", "log_id": "2026"}},
        {"code": "INVALID_ARGUMENT"},
        '{"error":{"code":190,"message":"Error validating access token: Session has expired on Friday"}}',
        "error_subcode=2207009&code=190",
        "https://www.instagram.com/p/Cx1_abc/?img_index=1",
        {"caption": "Basic information: the secret of good bread is time #code"},
        {"token_valid": True, "access_token": None, "refresh_token": ""},
    ],
)
def test_what_a_platform_says_of_a_failure_stays_readable(value: object) -> None:
    assert redact(value) == value


def test_the_given_value_is_left_as_it_was() -> None:
    given_value = {"access_token": TOKEN, "list": [{"code": TOKEN}]}
    redact(given_value)
    assert given_value == {"access_token": TOKEN, "list": [{"code": TOKEN}]}


@pytest.mark.parametrize("unit", ["token", "token=", "a-", "\\", '"', '"code":"', "://", "a:b@", "key ", "%3Dcode"])
def test_a_hostile_text_is_redacted_in_no_time(unit: str) -> None:
    assert redact(unit * 5_000)


@pytest.fixture
def logs() -> Iterator[None]:
    handlers = [*logging.root.handlers]
    level = logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers


@pytest.mark.parametrize("json_lines", [True, False])
@pytest.mark.usefixtures("logs")
def test_no_log_line_holds_a_secret_not_even_in_a_traceback(
    capsys: pytest.CaptureFixture[str], *, json_lines: bool
) -> None:
    configure("info", json_lines=json_lines)
    local = TOKEN
    try:
        int(f"https://example.com/?access_token={local}")
    except ValueError as error:
        logger().exception("call_failed", error=error, url=f"/?code={local}", headers={"Cookie": local}, token=local)
    logger().info(f"Bearer {local}")
    logger().debug("unheard")
    line = capsys.readouterr().err
    assert TOKEN not in line
    assert "call_failed" in line
    assert "Traceback" in line
    assert "unheard" not in line
    if json_lines:
        assert json.loads(line.splitlines()[0])["url"] == f"/?code={HIDDEN}"

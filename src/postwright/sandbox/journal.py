"""What the sandbox saw: every call with secrets cut short. The posts people can see live in state.py."""

from collections import deque

from postwright.sandbox.call import Call, Json

SECRET = frozenset(
    {
        "access_token",
        "appsecret_proof",
        "client_secret",
        "code",
        "code_verifier",
        "fb_exchange_token",
        "input_token",
        "refresh_token",
        "token",
        "upload_token",
        "verify_token",
    }
)
"""Parameter names whose values are shown by their first characters only."""


class Journal:
    """The last calls, oldest first."""

    def __init__(self, size: int) -> None:
        self._calls: deque[Call] = deque(maxlen=size)

    def add(self, call: Call) -> None:
        """Keep one call. Large bodies are dropped, the parsed form stays."""
        call.body = b""
        call.files = {}
        self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def calls(self, *, platform: str = "", account: str = "", text: str = "") -> list[dict[str, Json]]:
        """Calls of a platform and account whose path or parameters hold the text."""
        found = (
            call_line(call) for call in self._calls if platform in ("", call.platform) and account in ("", call.account)
        )
        return [line for line in found if not text or text.lower() in str(line).lower()]


def call_line(call: Call) -> dict[str, Json]:
    """One call as the journal shows it."""
    return {
        "id": call.id,
        "at": call.at.isoformat(),
        "method": call.method,
        "host": call.host,
        "path": call.path,
        "query": redacted(call.query),
        "form": redacted(call.form),
        "status": call.status,
        "platform": call.platform,
        "account": call.account,
        "fault": call.fault,
    }


def redacted(params: dict[str, str]) -> dict[str, Json]:
    """Parameters with secret values cut to their first six characters."""
    return {key: f"{value[:6]}…" if key in SECRET else value for key, value in params.items()}

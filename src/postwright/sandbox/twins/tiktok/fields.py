"""Reads the JSON of a request strictly: unknown keys, missing and ill-typed values are `invalid_param(s)`."""

import json
from collections.abc import Mapping

from postwright.sandbox.call import Call, Json
from postwright.sandbox.twins.tiktok.errors import ApiError


class Fields:
    """One JSON object of a request."""

    def __init__(self, values: Mapping[str, Json], known: frozenset[str] | None, code: str = "invalid_param") -> None:
        self._values = values
        self._code = code
        unknown = sorted(set(values) - known) if known is not None else []
        if unknown:
            raise self.refusal(f"{unknown[0]} is not a parameter here")

    def refusal(self, message: str) -> ApiError:
        """The error for a wrong value."""
        return ApiError(self._code, f"The request is invalid: {message}.")

    def text(self, name: str, *, limit: int | None = None, default: str | None = None) -> str:
        """A string of at most `limit` UTF-16 code units; required without a default."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise self.refusal(f"{name} must be a string")
        if limit is not None and len(value.encode("utf-16-le", "surrogatepass")) // 2 > limit:
            raise self.refusal(f"{name} is longer than {limit} characters")
        return value

    def one_of(self, name: str, options: tuple[str, ...]) -> str:
        """One of some words."""
        value = self.text(name)
        if value not in options:
            raise self.refusal(f"{name} must be one of {', '.join(options)}")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false if it is not there."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise self.refusal(f"{name} must be a boolean")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A number from 0; required without a default."""
        value = self._values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refusal(f"{name} must be a whole number from 0")
        return value

    def texts(self, name: str, counts: range) -> tuple[str, ...]:
        """A list of strings, so many of them."""
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or len(value) not in counts:
            raise self.refusal(f"{name} must be a list of {counts[0]} to {counts[-1]} strings")
        return tuple(value)

    def part(self, name: str, known: frozenset[str] | None) -> "Fields":
        """An object within."""
        value = self._values.get(name)
        if not isinstance(value, Mapping):
            raise self.refusal(f"{name} must be an object")
        return Fields(value, known, self._code)


def read_body(call: Call, known: frozenset[str] | None, code: str = "invalid_param") -> Fields:
    """The JSON object that a call carries; an empty body is an empty object."""
    if not call.body:
        return Fields({}, known, code)
    if not call.header("content-type").startswith("application/json"):
        raise ApiError(code, "The content type must be application/json; charset=UTF-8.")
    try:
        values = json.loads(call.body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ApiError(code, "The body is not a JSON object.")
    return Fields(values, known, code)

"""From a reply that says no to one error of the tree, by a table of the platform's codes.

What the codes mean is in each platform's rules; how a code is read from a reply is its adapter's affair.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    RateLimited,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.publication import StepKind

_SERVER_FAULT = 500
_BY_STATUS: Mapping[int, type[PlatformError]] = {401: AuthExpired, 403: AuthRevoked, 429: RateLimited}


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What one code of a platform means, and the sentence for the person.

    `{words}` in the sentence stands for the platform's own words, `{needs}` for the permission
    that the call needs; without a sentence the platform's words are shown as they are.
    `on_commit` is the meaning after a commit step where it is another one: by default only
    Unavailable changes, to Uncertain.
    """

    code: str
    error: type[PlatformError]
    sentence: str | None = None
    field: str | None = None
    on_commit: type[PlatformError] | None = None

    def meaning(self, kind: StepKind) -> type[PlatformError]:
        """The class of error in a step of this kind."""
        if kind is not StepKind.COMMIT:
            return self.error
        return self.on_commit or _doubtful(self.error)


Rules = Mapping[str, ErrorRule]


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal as it was read from a reply. `codes`: the most exact first; `until`: when calls are welcome again."""

    status: int
    codes: tuple[str, ...] = ()
    words: str | None = None
    transient: bool = False
    needs: str | None = None
    until: datetime | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)


def table(rules: Iterable[ErrorRule]) -> Rules:
    """The rules by their code; of two for one code the first counts."""
    found: dict[str, ErrorRule] = {}
    for rule in rules:
        found.setdefault(rule.code, rule)
    return found


def judge(fault: Fault, rules: Rules, kind: StepKind) -> PlatformError:
    """The error that a refusal stands for: by its codes, else by what it says of itself, else by its status."""
    rule = next((rules[code] for code in fault.codes if code in rules), None)
    meaning = rule.meaning(kind) if rule else _unlisted(fault, kind)
    return meaning(
        _sentence(rule, fault),
        status=fault.status,
        code=fault.codes[0] if fault.codes else None,
        until=fault.until,
        field=rule.field if rule else None,
        evidence=fault.evidence,
    )


def _unlisted(fault: Fault, kind: StepKind) -> type[PlatformError]:
    if fault.transient or fault.status >= _SERVER_FAULT:
        return Uncertain if kind is StepKind.COMMIT else Unavailable
    return _BY_STATUS.get(fault.status, Surprise)


def _doubtful(error: type[PlatformError]) -> type[PlatformError]:
    return Uncertain if error is Unavailable else error


def _sentence(rule: ErrorRule | None, fault: Fault) -> str | None:
    if rule is None or rule.sentence is None:
        return fault.words
    return rule.sentence.format(words=fault.words or "no reason given", needs=fault.needs or "it needs")

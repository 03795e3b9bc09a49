"""From a draft to what can be stored: accounts and files are looked up, variants made, every rule checked.

Files given by address are fetched and stored on the way; whoever calls decides whether they stay.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from postwright.domain.account import Account, Health
from postwright.domain.capability import ImageRule, Options
from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding, Invalid, NotFound
from postwright.domain.media import Attachment
from postwright.domain.post import Content, content_digest
from postwright.domain.publication import Json
from postwright.services import media as files
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.storage import accounts
from postwright.storage import media as stored_media
from postwright.storage.media import Stored
from postwright.storage.posts import NewPublication

Placed = tuple[tuple[UUID, str | None], ...]
"""Files in order, each with its alternative text."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft that was looked up and checked; it can be stored where no finding is an error."""

    media: Placed
    publications: tuple[NewPublication, ...]
    findings: tuple[Finding, ...]

    def usable(self) -> "Composed":
        """The same. Raises Invalid where a finding is an error."""
        errors = tuple(finding for finding in self.findings if finding.severity == "error")
        if errors:
            raise Invalid(errors)
        return self


@dataclass(frozen=True, slots=True)
class _Files:
    """The post's files, and those of one target where it has its own."""

    shared: tuple[Attachment, ...]
    own: tuple[Attachment, ...] | None
    where: str
    """The target's place in the draft, as findings name it."""

    @property
    def effective(self) -> tuple[Attachment, ...]:
        return self.shared if self.own is None else self.own


@dataclass(slots=True)
class _Library:
    """The files that a draft names, each looked up or fetched once."""

    app: App
    caller: Caller
    known: dict[tuple[UUID | None, str | None], Stored] = field(default_factory=dict)
    fetched: list[UUID] = field(default_factory=list)

    async def attachments(self, refs: Sequence[MediaRef], where: str) -> tuple[Attachment, ...]:
        found = []
        for index, ref in enumerate(refs):
            stored = await self._media(ref, f"{where}.{index}")
            media = stored.media
            if ref.kind is not None and ref.kind != media.facts.kind:
                message = f"This is called {ref.kind} here, but it is {media.facts.mime}."
                raise Invalid((Finding(f"{where}.{index}.type", "media_type_mismatch", message),))
            found.append(Attachment(media, stored.alt_text if ref.alt_text is None else ref.alt_text))
        return tuple(found)

    async def _media(self, ref: MediaRef, where: str) -> Stored:
        key = (ref.id, ref.url)
        if key not in self.known:
            if ref.id is not None:
                self.known[key] = await self._stored(ref.id, where)
            else:
                field_name, workspace = f"{where}.url", self.caller.workspace_id
                self.known[key] = await files.add_url(self.app, workspace, ref.url or "", field=field_name)
                self.fetched.append(self.known[key].media.id)
        return self.known[key]

    async def _stored(self, media_id: UUID, where: str) -> Stored:
        async with self.app.db.tx() as tx:
            found = await stored_media.find(tx, self.caller.workspace_id, media_id)
        if found is None:
            raise NotFound("There is no such file in this workspace.", code="media_not_found", field=f"{where}.id")
        return found

    def digest(self, caption: str, attachments: Sequence[Attachment]) -> bytes:
        """The same for the same text with the same files."""
        sums = {stored.media.id: stored.sha256 for stored in self.known.values()}
        return content_digest(caption, [sums[attachment.media.id] for attachment in attachments])

    async def discard(self) -> None:
        """Delete what was fetched for this draft."""
        for media_id in self.fetched:
            await files.remove(self.app, self.caller.workspace_id, media_id)


@asynccontextmanager
async def composing(app: App, caller: Caller, draft: PostDraft, *, keep: bool) -> AsyncIterator[Composed]:
    """Compose a draft. What was fetched for it goes again if the block raises, or if it is not to be kept."""
    library = _Library(app, caller)
    try:
        yield await _compose(app, caller, draft, library)
    except BaseException:
        await library.discard()
        raise
    if not keep:
        await library.discard()


async def _compose(app: App, caller: Caller, draft: PostDraft, library: _Library) -> Composed:
    targets = await _accounts(app, caller, draft)
    shared = await library.attachments(draft.media, "media")
    publications, findings = [], []
    for index, (target, account) in enumerate(targets):
        own = None
        if target.media is not None:
            own = await library.attachments(target.media, f"targets.{index}.media")
        made, found = await _variant(library, draft, target, account, _Files(shared, own, f"targets.{index}"))
        findings += [replace(f, platform=account.platform, account_id=str(account.id)) for f in found]
        if made is not None:
            publications.append(made)
    return Composed(_placed(shared), tuple(publications), tuple(findings))


async def _variant(
    library: _Library,
    draft: PostDraft,
    target: TargetDraft,
    account: Account,
    media: _Files,
) -> tuple[NewPublication | None, list[Finding]]:
    """One account's publication, and what is to be said about it."""
    app = library.app
    capability = app.adapter(account.platform).spec.capability
    options, findings = _options(app, capability.options, account.platform, draft, target)
    if options is None:
        return None, findings
    caption = draft.caption if target.caption is None else target.caption
    content = Content(caption, media.effective, options)
    findings += check(capability, content)
    if account.health is Health.RECONNECT:
        message = f"{account.username} must be connected again before it can publish: {account.health_reason}"
        findings.append(Finding("account_id", "account_needs_reconnect", message, severity="warning"))
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    kind = choose_kind(capability, content)
    rule = None if isinstance(kind, Finding) else kind.image
    where = "media" if media.own is None else f"{media.where}.media"
    try:
        fitted = content.attachments if rule is None else await _fit(app, content.attachments, rule, where)
    except Invalid as unfit:
        return None, [*findings, *unfit.findings]
    own = None if media.own is None and fitted == media.shared else _placed(fitted)
    said = library.digest(caption, content.attachments)
    stored: dict[str, Json] = options.model_dump(mode="json", exclude_unset=True)
    return NewPublication(account.id, account.platform, target.caption, stored, own, said), findings


async def _fit(app: App, attachments: tuple[Attachment, ...], rule: ImageRule, where: str) -> tuple[Attachment, ...]:
    """Pictures as the platform takes them: converted and reduced where they are not so already. Raises Invalid."""
    fitted = []
    for index, attachment in enumerate(attachments):
        media = attachment.media
        if media.facts.kind == "image":
            media = await files.fit(app, media, rule, field=f"{where}.{index}")
        fitted.append(replace(attachment, media=media))
    return tuple(fitted)


def _placed(attachments: tuple[Attachment, ...]) -> Placed:
    return tuple((attachment.media.id, attachment.alt_text) for attachment in attachments)


def _options(
    app: App, model: type[Options], platform: str, draft: PostDraft, target: TargetDraft
) -> tuple[Options | None, list[Finding]]:
    """The post's options for this platform with the target's own over them."""
    keyed = bool(draft.options) and all(name in app.platforms for name in draft.options)
    common = draft.options.get(platform) if keyed else draft.options
    given = {**(common if isinstance(common, Mapping) else {}), **target.options}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, option_findings(error)


def option_findings(error: ValidationError) -> list[Finding]:
    """What a platform's options model refused, option by option."""
    return [_option_finding(fault) for fault in error.errors()]


_LIMITS = ("max_length", "min_length", "le", "ge", "lt", "gt")
"""How pydantic calls the limit that a value broke."""


def _option_finding(fault: ErrorDetails) -> Finding:
    path = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return Finding(f"options.{path}", "unknown_option", f"There is no option {path}.")
    context, value = fault.get("ctx", {}), fault["input"]
    limit = next((context[name] for name in _LIMITS if name in context), None)
    measured = len(value) if isinstance(value, str | list | tuple) else value
    return Finding(
        f"options.{path}",
        "bad_option",
        f"{path}: {fault['msg']}.",
        limit=limit,
        value=measured if limit is not None and isinstance(measured, int | float) else None,
    )


async def _accounts(app: App, caller: Caller, draft: PostDraft) -> list[tuple[TargetDraft, Account]]:
    """Each target with its account. Raises Invalid, or NotFound for an account that is not this workspace's."""
    if not draft.targets:
        raise Invalid.of("targets", "target_required", "Say where to post: a platform, an account_id, or targets.")
    ids = [target.account_id for target in draft.targets if target.account_id is not None]
    platforms = [target.platform for target in draft.targets if target.account_id is None and target.platform]
    async with app.db.tx() as tx:
        connected = await accounts.named(tx, caller.workspace_id, ids, platforms)
    places = ["" if draft.alone else f"targets.{n}." for n in range(len(draft.targets))]
    found = [
        (target, _account(app, connected, target, place)) for target, place in zip(draft.targets, places, strict=True)
    ]
    chosen = [account.id for _, account in found]
    if len(set(chosen)) < len(chosen):
        raise Invalid.of("targets", "duplicate_target", "The same account is named twice: one post goes to it once.")
    return found


def _account(app: App, connected: Sequence[Account], target: TargetDraft, place: str) -> Account:
    by_id, by_platform = f"{place}account_id", f"{place}platform"
    if target.account_id is not None:
        account = next((one for one in connected if one.id == target.account_id), None)
        if account is None:
            raise NotFound("There is no such account in this workspace.", code="account_not_found", field=by_id)
        if target.platform not in (None, account.platform):
            message = f"This account is on {account.platform}, not on {target.platform}."
            raise Invalid.of(by_id, "platform_mismatch", message)
        return account
    platform = target.platform or ""
    if platform not in app.platforms:
        names = ", ".join(app.platforms)
        raise Invalid.of(by_platform, "unknown_platform", f"{platform!r} is not a platform here; these are: {names}.")
    candidates = [one for one in connected if one.platform == platform]
    if not candidates:
        raise Invalid.of(by_platform, "no_account", f"No {platform} account is connected: connect one first.")
    if len(candidates) > 1:
        names = ", ".join(f"{one.id} ({one.username})" for one in candidates)
        message = f"Several {platform} accounts are connected; name one by account_id: {names}."
        raise Invalid.of(by_id, "account_id_required", message)
    return candidates[0]

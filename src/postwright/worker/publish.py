"""The publishing protocol: one run works off an account, publication by publication, step by step.

    claim   a transaction takes the account's lease and its earliest due publication
    step    outside any transaction, the adapter makes one step
    record  a transaction stores the checkpoint or the result, with the evidence

Before a step that people can see, its intent is stored. Whoever finds an intent without a
result asks the platform before doing anything else. This is the one module that catches
everything: an error nobody foresaw is a Surprise, with its traceback in the log.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pydantic import ValidationError

from postwright.domain.errors import PlatformError, Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, Json, State, StepKind
from postwright.domain.retry import RECONCILE_DELAYS, SETTLING, Action, Decision, decide, next_look
from postwright.kit.blobs import BlobMissing, BlobsUnavailable
from postwright.kit.http import DEFAULT_TIMEOUT, NoReply, NotSent
from postwright.kit.ids import new_id
from postwright.kit.logging import logger
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, NotSeen, Outcome, Published, Verdict, Waiting
from postwright.services import tokens
from postwright.services.app import App
from postwright.services.calls import open_call
from postwright.services.evidence import Evidence, error_json
from postwright.services.health import is_lost
from postwright.services.media import attachment_url
from postwright.storage.publications import give_lease_back
from postwright.storage.records import Result
from postwright.worker.claim import Claim, claim
from postwright.worker.leases import Hold, LeaseLost, Worker
from postwright.worker.record import Ending, Recorder

_FOR_A_HEARTBEAT = timedelta(seconds=1)


async def run_account(app: App, account_id: UUID, worker: Worker) -> int:
    """Work off everything due on an account, in order; the number of publications that were looked at."""
    if account_id in worker.runs:
        worker.woken.add(account_id)
        return 0
    run = worker.runs[account_id] = new_id()
    looked_at = 0
    try:
        looked_at += await _work_off(app, account_id, run, worker)
        while account_id in worker.woken and not worker.stopping:
            looked_at += await _work_off(app, account_id, run, worker)
    except LeaseLost:
        logger().warning("lease_lost", account_id=str(account_id), run=str(run))
    else:
        if worker.stopping:
            async with app.db.tx() as tx:
                await give_lease_back(tx, account_id, run=run)
    finally:
        del worker.runs[account_id]
        worker.woken.discard(account_id)
    return looked_at


async def _work_off(app: App, account_id: UUID, run: UUID, worker: Worker) -> int:
    """Publish what is due until the account is given back; the number of publications that were looked at."""
    worker.woken.discard(account_id)
    looked_at, given_back = 0, False
    while not given_back and (found := await claim(app, account_id, run, worker)) is not None:
        looked_at += 1
        given_back = await Publishing(app, found, worker).go_on()
    return looked_at


class Publishing:
    """One publication in the hands of one run."""

    def __init__(self, app: App, found: Claim, worker: Worker) -> None:
        self._app = app
        self._claim = found
        self._due = found.due
        self._worker = worker
        self._adapter = app.adapter(found.account.platform)
        self._evidence = Evidence(app.clock)
        self._recorder = Recorder(app, found, worker, self._evidence)
        self._hold = Hold(found.account.id)
        self._refreshed = False
        self._failed: PlatformError | None = None
        self._point = found.due.checkpoint
        doubtful = found.due.intent_step is not None
        self._in_doubt_since = (found.due.intent_at or found.due.due_at) if doubtful else None

    async def go_on(self) -> bool:
        """Take the publication as far as it goes now, and store where it stands.

        Answers whether the account was given back with it. Raises LeaseLost.
        """
        self._say_start()
        self._worker.holds.add(self._hold)
        try:
            return await self._recorder.end(*await self._run())
        finally:
            self._worker.holds.discard(self._hold)

    async def _run(self) -> tuple[Ending, Call | None]:
        call: Call | None = None
        try:
            content = await self._content()
            call = await open_call(
                self._app, self._claim.account, partial(self._claim.token, self._app), self._evidence.sent
            )
            call.permit = self._permit
            point = self._point = self._point or self._adapter.begin(content, self._claim.account)
            ending = await self._steps(call, content, point)
        except Exception as error:
            if isinstance(error, LeaseLost) or is_lost(error):
                raise
            ending = await self._broken_off(call, self._noted(error, commit=False))
        return ending, call

    def _hands_back(self) -> timedelta | None:
        """Whether this run must stop before its next step, and when the account may go on."""
        if self._worker.stopping:
            return timedelta(0)
        return None if self._worker.is_sure_of(self._hold) else _FOR_A_HEARTBEAT

    def _permit(self) -> None:
        """Nothing is sent on a lease that may be over: the process may have been stopped for a while."""
        if not self._worker.is_sure_of(self._hold):
            raise LeaseLost

    async def _broken_off(self, call: Call | None, error: PlatformError) -> Ending:
        """How a run ends that failed outside of its steps. What was in doubt stays so: it is not sent again."""
        if self._point is None or self._in_doubt_since is None:
            return self._judge(error, self._point)
        return await self._ask_later(call, error, self._point, self._in_doubt_since)

    def _say_start(self) -> None:
        due = self._due
        if due.opened:
            lateness = round((self._app.clock.now() - due.due_at).total_seconds() * 1000)
            when = f", {lateness} ms after its time" if due.first_start else ""
            self._evidence.say("info", f"Attempt {due.attempt} started{when}")

    async def _steps(self, call: Call, content: Content, point: Checkpoint) -> Ending:
        stored = point
        while True:
            if self._in_doubt_since is not None:
                settled = await self._ask(call, content, point, self._in_doubt_since)
                if isinstance(settled, Ending):
                    return settled
                point = self._settled(settled)
            began = self._app.clock.now()
            commit = self._adapter.spec.steps[point.step] is StepKind.COMMIT
            if commit or point is not stored:
                full = await self._recorder.progress(point, call, commit=commit)
                if full is not None:
                    return Ending(Result(State.PUBLISHING, full, point), blocked_until=full)
                stored = point
            if (pause := self._hands_back()) is not None:
                # Nothing was sent: where the lease holds after all, that is written and no doubt remains.
                return Ending(Result(State.PUBLISHING, self._app.clock.now() + pause, point))
            self._in_doubt_since = began if commit else None
            outcome = await self._step(call, content, point, commit=commit)
            answer = await self._after(outcome, call, point, commit=commit)
            if isinstance(answer, Ending):
                return answer
            point = answer

    def _settled(self, point: Checkpoint) -> Checkpoint:
        """The checkpoint that the flow goes on from: all before it is known."""
        self._point, self._in_doubt_since = point, None
        return point

    async def _step(self, call: Call, content: Content, point: Checkpoint, *, commit: bool) -> Outcome | PlatformError:
        try:
            return await self._adapter.advance(call, content, point)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, what is known of the publication must be stored
            return self._noted(error, commit=commit)

    async def _after(
        self, outcome: Outcome | PlatformError, call: Call, point: Checkpoint, *, commit: bool
    ) -> Ending | Checkpoint:
        """What follows a step: an ending, or where the flow goes on; there may be doubt whether the step landed."""
        match outcome:
            case Published():
                return self._published(outcome)
            case Waiting(found, None):
                return self._settled(found)
            case Waiting(found, delay) if delay is not None:
                return Ending(Result(State.PUBLISHING, self._app.clock.now() + delay, found))
        assert isinstance(outcome, PlatformError)  # noqa: S101 for the type checker: nothing else is left
        decision = self._decide(outcome, commit=commit)
        if decision.action is Action.REFRESH:
            failure = await self._renew(call)
            return self._settled(point) if failure is None else self._judge(failure, point)
        if decision.action is Action.RECONCILE:
            self._failed = outcome
            return point
        return self._ending(decision, outcome, point)

    async def _ask(self, call: Call, content: Content, point: Checkpoint, since: datetime) -> Ending | Checkpoint:
        """Ask the platform whether the commit step landed; the checkpoint to go on from, or how the run ends."""
        try:
            verdict = await self._adapter.reconcile(call, content, point, since)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 the question failed; nothing was sent that people could see
            return await self._ask_later(call, self._noted(error, commit=False), point, since)
        return self._believe(verdict, point, since)

    def _believe(self, verdict: Verdict, point: Checkpoint, since: datetime) -> Ending | Checkpoint:
        now = self._app.clock.now()
        match verdict:
            case Landed(found):
                self._evidence.say("info", "The platform confirms that it had landed")
                return found
            case NotSeen() if now < since + SETTLING:
                self._evidence.say("info", "The platform shows no trace of it yet; it is asked again")
                ending = self._doubtful(point, since, next_look(since, now))
                return replace(ending, result=replace(ending.result, asked=self._due.asked))
            case NotLanded(_, None) if self._failure() is None and now < since + DEFAULT_TIMEOUT:
                # Who made the call is gone, but the call may still be on its way: a no counts once it cannot be.
                self._evidence.say("info", "The platform does not have it yet; it is asked once more")
                return self._doubtful(point, since, since + DEFAULT_TIMEOUT - now)
            case NotLanded(found, retry_in):
                self._evidence.say("info", "The platform confirms that it had not landed")
                if retry_in is not None:
                    return Ending(Result(State.PUBLISHING, now + retry_in, found))
                failed = self._failure()
                # Where the call itself failed, going straight on could fail like that for ever.
                return found if failed is None else self._judge(_untouched(failed), found)
            case CannotTell(reason):
                return self._needs_attention(point, reason)

    async def _ask_later(self, call: Call | None, error: PlatformError, point: Checkpoint, since: datetime) -> Ending:
        decision = self._decide(error, commit=False)
        if decision.action is Action.PAUSE:
            return replace(self._doubtful(point, since, timedelta(0)), reconnect=error.message)
        if decision.action is Action.REFRESH and call is not None and await self._renew(call) is None:
            return self._doubtful(point, since, timedelta(0))
        if self._due.asked + 1 >= len(RECONCILE_DELAYS):
            return self._needs_attention(point, f"It cannot be found out whether the post is out: {error.message}")
        delay = RECONCILE_DELAYS[self._due.asked + 1]
        if decision.at is not None and decision.action is Action.WAIT:
            delay = max(delay, decision.at - self._app.clock.now())
        return self._doubtful(point, since, delay)

    def _doubtful(self, point: Checkpoint, since: datetime, delay: timedelta) -> Ending:
        return Ending(
            Result(
                State.PUBLISHING,
                self._app.clock.now() + delay,
                point,
                intent_step=point.step,
                intent_at=since,
                asked=self._due.asked + 1,
                error=self._failure(),
            )
        )

    def _failure(self) -> Mapping[str, Json] | None:
        """How the call failed that is in doubt, in this run or an earlier one; None where its maker was killed."""
        return self._due.error if self._failed is None else error_json(self._failed)

    def _judge(self, error: PlatformError, point: Checkpoint | None) -> Ending:
        """How a run ends that cannot go on after `error`, which came from nothing that people can see."""
        decision = self._decide(error, commit=False)
        if decision.action in (Action.REFRESH, Action.RECONCILE):
            decision = Decision(Action.PAUSE)
        return self._ending(decision, error, point)

    def _decide(self, error: PlatformError, *, commit: bool) -> Decision:
        return decide(
            error,
            attempts=self._due.attempt,
            now=self._app.clock.now(),
            after_commit=commit,
            refreshed=self._refreshed,
            chance=random.random(),  # noqa: S311 jitter, not a secret
        )

    def _ending(self, decision: Decision, error: PlatformError, point: Checkpoint | None) -> Ending:
        landed = point is not None and point.external_id is not None
        if landed and decision.action in (Action.FAIL, Action.PAUSE):
            assert point is not None  # noqa: S101 `landed` says so; for the type checker
            warning = f"The post is out, but not all of it: {error.message}"
            return self._published(Published(point.external_id or "", point.external_url, (warning,)))
        if self._is_sent(point) and _is_given_up(decision, error):
            return self._unanswered(f"It was sent, but what became of it is not known: {error.message}")
        waiting = State.PUBLISHING if landed or self._is_sent(point) else State.QUEUED
        stored = error_json(error)
        match decision.action:
            case Action.WAIT:
                result = Result(waiting, decision.at, point, error=stored)
                return Ending(result, blocked_until=decision.at)
            case Action.PAUSE:
                result = Result(waiting, self._app.clock.now(), point, error=stored, outcome=error.kind)
                return Ending(result, reconnect=error.message)
            case Action.RETRY:
                return Ending(Result(waiting, decision.at, point, error=stored, outcome=error.kind))
            case _:
                return Ending(Result(State.FAILED, None, point, error=stored, outcome=error.kind))

    def _is_sent(self, point: Checkpoint | None) -> bool:
        return point is not None and self._adapter.spec.steps.get(point.step) is StepKind.FOLLOW

    def _published(self, outcome: Published) -> Ending:
        for warning in outcome.warnings:
            self._evidence.say("warning", warning)
        self._evidence.say("info", f"Published: {outcome.external_url or outcome.external_id}")
        point = Checkpoint("done", {}, outcome.external_id, outcome.external_url)
        now = self._app.clock.now()
        return Ending(Result(State.PUBLISHED, None, point, outcome="published", published_at=now))

    def _needs_attention(self, point: Checkpoint, reason: str) -> Ending:
        if point.external_id is not None:
            return self._published(Published(point.external_id, point.external_url, (reason,)))
        self._evidence.say("error", reason)
        error = {"kind": "uncertain", "message": reason, "code": None, "status": None, "field": None}
        result = Result(State.NEEDS_ATTENTION, None, point, point.step, self._app.clock.now(), error=dict(error))
        return Ending(replace(result, outcome="needs_attention"))

    def _unanswered(self, reason: str) -> Ending:
        # Who has it sent again means from the first step: going on would only ask the same question again.
        ending = self._needs_attention(Checkpoint(""), reason)
        return replace(ending, result=replace(ending.result, checkpoint=None, intent_step=None, intent_at=None))

    async def _renew(self, call: Call) -> PlatformError | None:
        """Put a new access token into the call, or answer why there is none."""
        try:
            call.token = await tokens.renew(self._app, self._claim.account.id, stale=call.token)
        except (PlatformError, NotSent, NoReply) as error:
            self._refreshed = True
            return self._noted(error, commit=False)
        self._refreshed = True
        self._evidence.say("info", "The access token had expired and was renewed")
        return None

    def _noted(self, error: Exception, *, commit: bool) -> PlatformError:
        known = _known(error, commit=commit)
        self._evidence.failed(known)
        return known

    async def _content(self) -> Content:
        due = self._due
        attachments = [replace(one, url=await attachment_url(self._app, one.media)) for one in due.attachments]
        options = self._adapter.spec.capability.options.model_validate(due.options)
        return Content(due.caption, tuple(attachments), options)


def _known(error: Exception, *, commit: bool) -> PlatformError:
    """Any failure as a value of the platform tree; the default after a commit is that it may have landed."""
    if isinstance(error, PlatformError):
        return error
    if isinstance(error, NoReply) and commit:
        return Uncertain(str(error))
    if isinstance(error, NotSent | NoReply | BlobsUnavailable):
        return Unavailable(str(error))
    if isinstance(error, BlobMissing | ValidationError):
        return Rejected(f"What was stored of this post can no longer be used: {error}")
    logger().error("surprise", exc_info=error)
    return Surprise(f"Something unforeseen happened: {type(error).__name__}: {error}")


def _untouched(failed: Mapping[str, Json]) -> Unavailable:
    """A failure, as it is stored, of which it is now known that nothing was written."""
    status, code = failed["status"], failed["code"]
    return Unavailable(
        str(failed["message"]),
        status=status if isinstance(status, int) else None,
        code=code if isinstance(code, str) else None,
    )


def _is_given_up(decision: Decision, error: PlatformError) -> bool:
    """Whether a step that follows what was sent found no answer, and will find none."""
    return isinstance(error, Uncertain) or (decision.action is Action.FAIL and not isinstance(error, Rejected))

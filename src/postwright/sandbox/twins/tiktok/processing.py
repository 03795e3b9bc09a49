"""What TikTok does with a post once it was asked for: pull, look at the media, publish, moderate, tell the app.

Source: developers.tiktok.com, "Media transfer guide", "Get post status".
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

from postwright.kit.probe import Probe
from postwright.sandbox.call import Json
from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.state import PublicPost, Shown, World
from postwright.sandbox.twins.tiktok import rules
from postwright.sandbox.twins.tiktok.hooks import Hooks
from postwright.sandbox.twins.tiktok.model import PublishTask, Shelf, creator_terms

FIRST_POST_ID = 7_300_000_000_000_000_000


class Processing:
    """TikTok's side of all publish tasks."""

    def __init__(self, world: World, shelf: Shelf, hooks: Hooks) -> None:
        self._world = world
        self._shelf = shelf
        self._hooks = hooks

    def pull(self, task: PublishTask) -> None:
        """Start downloading its media."""
        if self._world.settings.trust_media:
            self._judge(task)
        else:
            self._world.spawn(self._pull(task))

    async def received(self, task: PublishTask, content: bytes) -> None:
        """All chunks of a video have come."""
        task.files = [await self._world.media.keep(content)]
        self._judge(task)

    def tick(self) -> None:
        """Virtual time has jumped."""
        for task in self._shelf.tasks.values():
            self.settle(task)

    def settle(self, task: PublishTask) -> None:
        """Do what is due by now."""
        while task.due_at is not None and task.due_at <= self._world.clock.now():
            if task.in_progress:
                self._finish(task)
            else:
                task.due_at, task.is_public = None, True
                self._hooks.about(task, "publicly_available", post_id=str(task.post_id))

    def fail(self, task: PublishTask, reason: str) -> None:
        """It comes to nothing."""
        task.status, task.fail_reason, task.due_at = "FAILED", reason, None
        self._hooks.about(task, "failed", reason=reason)

    async def _pull(self, task: PublishTask) -> None:
        largest = rules.LARGEST_PHOTO if task.is_photo else rules.LARGEST_VIDEO
        patience = self._world.settings.fetch_timeout
        for url in task.urls:
            try:
                stored = await self._world.media.fetch(
                    url, agent=rules.AGENT, max_bytes=largest, seconds=patience, redirects=0
                )
            except FetchRefused:
                task.verdict = "photo_pull_failed" if task.is_photo else "video_pull_failed"
                break
            task.files.append(stored)
            task.downloaded += stored.path.stat().st_size
        self._judge(task)

    def _judge(self, task: PublishTask) -> None:
        """Decide how processing will end, and when."""
        ordered = re.search(rules.ORDERED_FAILURE, f"{task.wish.title}\n{task.wish.description}")
        if ordered and ordered[1] in rules.FAIL_REASONS:
            task.verdict = ordered[1]
        elif not task.verdict and not self._world.settings.trust_media:
            creator = creator_terms(task.account)
            task.verdict = next((fault for file in task.files if (fault := _fault(task, file, creator))), "")
        if task.in_progress:
            task.due_at = self._world.clock.now() + self._delay(task)
            self.settle(task)
            if task.due_at is not None:
                self._world.spawn(self._later(task))

    def _delay(self, task: PublishTask) -> timedelta:
        """Of processing, and once more of moderation."""
        settings = self._world.settings
        return timedelta(seconds=settings.image_delay if task.is_photo else settings.video_delay)

    async def _later(self, task: PublishTask) -> None:
        while task.due_at is not None:
            await asyncio.sleep(max(0.0, (task.due_at - self._world.clock.now()).total_seconds()))
            self.settle(task)

    def _finish(self, task: PublishTask) -> None:
        reason = self._obstacle(task)
        if reason:
            self.fail(task, reason)
        elif task.is_draft:
            task.status, task.due_at = "SEND_TO_USER_INBOX", None
            self._hooks.about(task, "inbox_delivered")
        else:
            self._publish(task)

    def _obstacle(self, task: PublishTask) -> str:
        if task.grant.ended:
            return "auth_removed"
        if task.verdict or task.is_draft or not self._world.settings.vendor_limits:
            return task.verdict
        full = self._shelf.posts_full(task.account.id, self._world.clock.now())
        return "spam_risk_too_many_posts" if full else ""

    def _publish(self, task: PublishTask) -> None:
        """It stands in the profile; its id is told later, and only if everybody may see it."""
        now, wish = self._world.clock.now(), task.wish
        task.status, task.posted_ms = "PUBLISH_COMPLETE", int(now.timestamp() * 1000)
        task.post_id = FIRST_POST_ID + self._world.number()
        task.due_at = now + self._delay(task) if wish.privacy == rules.EVERYBODY else None
        title: dict[str, Json] = {"title": wish.title} if task.is_photo else {}
        self._world.timeline[str(task.post_id)] = PublicPost(
            platform=rules.PLATFORM,
            account_id=task.account.id,
            account_name=task.account.username,
            id=str(task.post_id),
            url=task.share_url,
            kind="video" if not task.is_photo else "image" if len(task.urls) == 1 else "carousel",
            caption=wish.description or wish.title,
            media=tuple(self._shown(task)),
            created_at=now,
            details={"publish_id": task.id, "privacy_level": wish.privacy, **title, **wish.terms},
        )
        self._hooks.about(task, "complete")

    def _shown(self, task: PublishTask) -> Iterator[Shown]:
        urls = [f"{self._world.origin}/_sandbox/media/{file.id}" for file in task.files] or task.urls
        return (Shown("image" if task.is_photo else "video", url) for url in urls)


def _fault(task: PublishTask, file: Stored, creator: rules.CreatorTerms) -> str:
    """The reason for which TikTok refuses a file, or an empty string."""
    if file.probe is None:
        return "file_format_check_failed"
    return _photo_fault(file.probe) if task.is_photo else _video_fault(file.probe, creator.longest_seconds)


def _photo_fault(probe: Probe) -> str:
    if probe.mime not in rules.PHOTO_TYPES:
        return "file_format_check_failed"
    sides = sorted((probe.width, probe.height))
    return "" if sides[0] <= rules.PHOTO_SIDES[0] and sides[1] <= rules.PHOTO_SIDES[1] else "picture_size_check_failed"


def _video_fault(probe: Probe, longest_seconds: int) -> str:
    if probe.mime not in rules.VIDEO_TYPES or probe.video_codec not in rules.VIDEO_CODECS:
        return "file_format_check_failed"
    if probe.duration_s is None or probe.duration_s > longest_seconds:
        return "duration_check_failed"
    slowest, fastest = rules.VIDEO_FPS
    if probe.fps is None or not slowest - rules.FPS_SLACK <= probe.fps <= fastest + rules.FPS_SLACK:
        return "frame_rate_check_failed"
    return "" if {probe.width, probe.height} <= set(rules.VIDEO_SIDE) else "picture_size_check_failed"

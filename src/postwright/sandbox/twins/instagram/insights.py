"""Insights of media and accounts: which metrics exist for what, and steadily growing made-up numbers.

Source: Meta, Instagram Platform reference "Media Insights" and "Account Insights" (mirrored 2026-09-11).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from postwright.sandbox.call import Json
from postwright.sandbox.twins.instagram.errors import BAD_METRIC, FEW_VIEWERS, WRONG_METRIC
from postwright.sandbox.twins.instagram.limits import FEW_FOLLOWERS, STORY_LIFE
from postwright.sandbox.twins.instagram.model import IgUser, Media
from postwright.sandbox.twins.meta.errors import BAD_PARAM, GraphError
from postwright.sandbox.twins.meta.nodes import FACEBOOK, Ctx
from postwright.sandbox.twins.meta.reading import stamp

MEDIA_METRICS: Mapping[str, frozenset[str]] = {
    "FEED": frozenset({
        "views", "reach", "likes", "comments", "saved", "shares", "total_interactions", "follows", "profile_visits",
        "profile_activity", "reposts", "facebook_views",
    }),
    "REELS": frozenset({
        "views", "reach", "likes", "comments", "saved", "shares", "total_interactions", "ig_reels_avg_watch_time",
        "ig_reels_video_view_total_time", "reels_skip_rate", "reposts", "crossposted_views", "facebook_views",
    }),
    "STORY": frozenset({
        "views", "reach", "replies", "shares", "follows", "profile_visits", "profile_activity", "navigation",
        "total_interactions", "reposts", "facebook_views",
    }),
}  # fmt: skip
FACEBOOK_LOGIN_METRICS: Mapping[str, frozenset[str]] = {
    "FEED": frozenset({"total_likes", "total_comments", "total_views"}),
    "REELS": frozenset({"total_likes", "total_comments", "total_views"}),
    "STORY": frozenset({"total_views", "link_clicks"}),
}
BREAKDOWNS: Mapping[str, str] = {"profile_activity": "action_type", "navigation": "story_navigation_action_type"}
ACCOUNT_TOTALS = frozenset({
    "accounts_engaged", "comments", "likes", "saves", "shares", "replies", "reposts", "total_interactions", "views",
    "reach", "follows_and_unfollows", "profile_links_taps",
})  # fmt: skip
ACCOUNT_SERIES = frozenset({"reach", "follower_count"})
ACCOUNT_LIFETIME = frozenset({"follower_demographics", "engaged_audience_demographics", "online_followers"})
NEEDS_FOLLOWERS = frozenset({"follower_count", "online_followers"}) | ACCOUNT_LIFETIME
DEMOGRAPHIC_BREAKDOWNS = frozenset({"age", "city", "country", "gender"})
TIMEFRAMES = frozenset({"this_week", "this_month"})
PER_HOUR = {"views": 40, "reach": 26, "likes": 3, "facebook_views": 5}
"""How fast a metric grows; others grow by one an hour."""


async def media_insights(ctx: Ctx, media: Media) -> Json:
    """`GET /{ig-media}/insights`."""
    known = MEDIA_METRICS[media.product]
    if ctx.login == FACEBOOK:
        known |= FACEBOOK_LOGIN_METRICS[media.product]
    everything = frozenset().union(*MEDIA_METRICS.values(), *FACEBOOK_LOGIN_METRICS.values())
    metrics = _metrics(ctx, everything)
    wrong = [metric for metric in metrics if metric not in known]
    if wrong or media.parent is not None:
        raise GraphError(WRONG_METRIC, metrics=", ".join(wrong or metrics), type=media.product)
    if ctx.params.get("period", "lifetime") != "lifetime":
        raise GraphError(BAD_PARAM, name="period", fault="must be lifetime for media")
    breakdown = ctx.params.get("breakdown", "")
    if breakdown and any(BREAKDOWNS.get(metric) != breakdown for metric in metrics):
        raise GraphError(BAD_PARAM, name="breakdown", fault="does not fit the metric")
    age = ctx.now - media.at
    if media.product == "STORY":
        if age.total_seconds() < ctx.world.settings.story_audience_delay:
            raise GraphError(FEW_VIEWERS)
        if age > STORY_LIFE:
            return {"data": []}
    data: list[Json] = [
        {
            "name": metric,
            "period": "lifetime",
            "values": [{"value": _value(metric, media, age)}],
            "title": _title(metric),
            "description": f"{_title(metric)} of this media.",
            "id": f"{media.id}/insights/{metric}/lifetime",
        }
        for metric in metrics
    ]
    return {"data": data}


async def account_insights(ctx: Ctx, user: IgUser) -> Json:
    """`GET /{ig-user}/insights`."""
    metrics = _metrics(ctx, ACCOUNT_TOTALS | ACCOUNT_SERIES | ACCOUNT_LIFETIME)
    lifetime = [metric for metric in metrics if metric in ACCOUNT_LIFETIME]
    _check_period(ctx, metrics, lifetime)
    if user.account.followers < FEW_FOLLOWERS:
        metrics = [metric for metric in metrics if metric not in NEEDS_FOLLOWERS]
    total = ctx.params.get("metric_type") == "total_value"
    return {"data": [_account_metric(ctx, user, metric, total=total) for metric in metrics]}


def _check_period(ctx: Ctx, metrics: list[str], lifetime: list[str]) -> None:
    period = ctx.required("period")
    if period not in ("day", "lifetime") or (bool(lifetime) != (period == "lifetime")):
        raise GraphError(BAD_PARAM, name="period", fault="does not fit the metric")
    kind = ctx.params.get("metric_type", "time_series")
    if kind not in ("total_value", "time_series"):
        raise GraphError(BAD_PARAM, name="metric_type", fault="must be total_value or time_series")
    if lifetime and lifetime != ["online_followers"]:
        if ctx.params.get("breakdown") not in DEMOGRAPHIC_BREAKDOWNS or ctx.params.get("timeframe") not in TIMEFRAMES:
            raise GraphError(BAD_PARAM, name="breakdown", fault="and timeframe are required for demographics")
        return
    wrong = [metric for metric in metrics if kind == "time_series" and metric not in ACCOUNT_SERIES | ACCOUNT_LIFETIME]
    if wrong:
        raise GraphError(BAD_PARAM, name="metric_type", fault=f"must be total_value for {', '.join(wrong)}")


def _account_metric(ctx: Ctx, user: IgUser, metric: str, *, total: bool) -> dict[str, Json]:
    period = ctx.params["period"]
    amount = sum(_amount(metric, media, ctx.now - media.at) for media in user.media)
    shape: dict[str, Json]
    if metric in ACCOUNT_LIFETIME and metric != "online_followers":
        results: Json = [{"dimension_values": ["DK"], "value": user.account.followers}]
        breakdowns: Json = [{"dimension_keys": [ctx.params["breakdown"]], "results": results}]
        shape = {"total_value": {"breakdowns": breakdowns}}
    elif total:
        shape = {"total_value": {"value": amount}}
    else:
        days = [ctx.now - timedelta(days=1), ctx.now]
        shape = {"values": [{"value": amount, "end_time": stamp(day)} for day in days]}
    return {
        "name": metric,
        "period": period,
        "title": _title(metric),
        "description": f"{_title(metric)} of this account.",
        "id": f"{user.id}/insights/{metric}/{period}",
        **shape,
    }


def _metrics(ctx: Ctx, known: Iterable[str]) -> list[str]:
    names = [name.strip() for name in ctx.required("metric").split(",")]
    for place, name in enumerate(names):
        if name not in known:
            raise GraphError(BAD_METRIC, place=place, known=", ".join(sorted(known)))
    return names


def _value(metric: str, media: Media, age: timedelta) -> Json:
    return len(media.comments) if metric in ("comments", "total_comments") else _amount(metric, media, age)


def _amount(metric: str, media: Media, age: timedelta) -> int:
    pace = PER_HOUR.get(metric.removeprefix("total_"), 1)
    spread = sum(media.id.encode()) % 7 + 4
    grown = int(age.total_seconds() / 3600 * pace * spread / 7)
    return min(grown, media.owner.account.followers * pace)


def _title(metric: str) -> str:
    return metric.replace("_", " ").capitalize()

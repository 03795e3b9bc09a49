"""Made-up values for every page, whole enough to be looked at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postwright.web.compose import Typed
from postwright.web.views import (
    AppSetup,
    Candidate,
    ChannelBadge,
    ChannelCard,
    Choice,
    Chrome,
    EventLine,
    Flash,
    FormState,
    Frame,
    LoginWay,
    MediaView,
    NavItem,
    Permission,
    Person,
    PlatformTile,
    PostRow,
    PostTab,
    PostView,
    PublicationView,
)

NOW = datetime(2026, 11, 20, 9, 24, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
BADGE = ChannelBadge("photos", "Photos", "p-photos", "northwind.coffee")
SETUP = AppSetup("With C", "https://post.example.org/api/callback/photos", ("PHOTOS_CLIENT_ID", "PHOTOS_CLIENT_SECRET"))
PERMISSION = Permission("clips:write", "Publish clips.", required=False)
TILES = (
    PlatformTile("photos", "Photos", "p-photos", (LoginWay("a", "With A", "/a"), LoginWay("b", "With B", "/b")), 1),
    PlatformTile("clips", "Clips", "p-clips", (), setups=(SETUP,), publishes=("Video",), permissions=(PERMISSION,)),
)
CARDS = tuple(
    ChannelCard(
        f"account-{health}",
        BADGE,
        "Business account",
        health,
        "Healthy.",
        3,
        (PERMISSION,),
        NOW,
        "/posts",
        "/r",
        "/d",
        (PERMISSION,),
    )
    for health in ("ok", "warn", "bad")
)
MEDIA = (
    MediaView("m1", "image", "/m/1.jpg", "/m/1.t.jpg", "A cup", 1080, 1350),
    MediaView("m2", "video", "/m/2.mp4", "/m/2.t.jpg", "", 1080, 1920, 65.2),
    MediaView("m3", "document", "/m/3.pdf", "/m/3.t.webp", "", 595, 842, pages=3),
)


def chrome(**given: object) -> Chrome:
    return Chrome(**{"csrf": "token", "now": NOW, "zone": BERLIN, "path": "/posts", **given})  # type: ignore[arg-type]  # tests name what they change


def frame(channels: tuple[ChannelCard, ...] = CARDS) -> Frame:
    nav = (NavItem("posts", "Posts", "/posts", "layout-list", 3, urgent=True), NavItem("c", "Channels", "/c", "plug"))
    return Frame("Northwind Coffee", Person("Mara Lindqvist", "mara@example.org"), nav, "posts", channels)


def row(state: str, **given: object) -> PostRow:
    known = {
        "id": state,
        "url": f"/posts/{state}",
        "text": "Roast day",
        "thumb": MEDIA[0],
        "media_count": 2,
        "channels": (BADGE,),
        "state": state,
        "at": NOW,
    }
    return PostRow(**{**known, **given})  # type: ignore[arg-type]  # likewise


def publication(state: str, **given: object) -> PublicationView:
    return PublicationView(f"publication-{state}", BADGE, state, NOW, **given)  # type: ignore[arg-type]  # likewise


def post(*publications: PublicationView) -> PostView:
    events = (
        EventLine(NOW, "ok", "Scheduled by Mara"),
        EventLine(NOW, "error", "Refused", BADGE, 1, "400 · 36003", '{"error": "<b>"}'),
    )
    shown = (
        "p1",
        "/posts/p1",
        "Roast day <script>",
        "partial",
        NOW,
        "Europe/Berlin",
        "Mara",
        NOW - timedelta(days=2),
    )
    return PostView(*shown, MEDIA, publications, events, "/compose?post=p1", "/compose?from=p1", "/posts/p1/delete")


Pages = dict[str, tuple[str, dict[str, object]]]
WRONG = FormState({"email": "mara@example.org", "url": "nope"}, {"password": "Wrong.", "url": "Not an address."}, "No.")


def pages() -> Mapping[str, tuple[str, dict[str, object]]]:
    """A name for each page and state of it: its template, and what it takes."""
    return {
        **door_pages(),
        **channel_pages(),
        **compose_pages(),
        **list_pages(),
        **post_pages(),
        **settings_pages(),
        **error_pages(),
    }


def inside(**given: object) -> dict[str, object]:
    """What every page takes that is for people who are signed in."""
    return {"chrome": chrome(), "frame": frame(), **given}


def door_pages() -> Pages:
    auth = {"chrome": chrome(flashes=(Flash("Signed out"),)), "platforms": TILES}
    return {
        "login": ("login.html", {**auth, "form": FormState(), "next": "/"}),
        "login refused": ("login.html", {**auth, "form": WRONG, "next": "/"}),
        "signup": ("signup.html", {**auth, "form": FormState(), "first": True, "shortest": 8}),
    }


def channel_pages() -> Pages:
    channels = inside(tiles=TILES, problem="")
    candidates = (Candidate("1", BADGE, "Page", connected=True), Candidate("2", BADGE, "Page", connected=False))
    chooser = inside(platform_name="Photos", choice="c", candidates=candidates, action="/x", problem="")
    return {
        "channels": ("channels.html", {**channels, "cards": CARDS}),
        "no channels": ("channels.html", {**channels, "cards": (), "frame": frame(())}),
        "consent refused": ("channels.html", {**channels, "cards": CARDS, "problem": "No."}),
        "chooser": ("choose_accounts.html", chooser),
    }


def compose_pages() -> Pages:
    seed = {"workspace": "w", "accounts": [], "platforms": [], "now": NOW, "post": None}
    typed = Typed("once", "<b>Roast", ("account-ok",), "later", problems=("Too long.",))
    compose = inside(seed=seed, typed=Typed("once"), zones=("UTC", "Europe/Berlin"), zone="UTC", date="", time="")
    compose["accepts"] = "image/*,video/*"
    return {
        "compose": ("compose.html", compose),
        "compose refused": ("compose.html", {**compose, "typed": typed}),
        "compose without channels": ("compose.html", {**compose, "frame": frame(())}),
    }


def list_pages() -> Pages:
    tabs = (PostTab("queue", "Queue", "/posts", 1), PostTab("attention", "Needs attention", "/a", 2, urgent=True))
    rows = (
        row("queued"),
        row("failed", retry_url="/x", reason="It was refused.", row_url="/posts/failed/row"),
        row("needs_attention", thumb=None, text="", reason="Nobody can tell."),
        row("published", thumb=MEDIA[1], note="On time"),
    )
    posts = inside(tabs=tabs, more_url="/posts?cursor=c", list_url="/posts", filter_name="", account="")
    filtered = {**posts, "active": "published", "rows": (), "filter_name": "northwind", "account": "a"}
    return {
        "posts": ("posts.html", {**posts, "active": "queue", "rows": rows}),
        **{f"no {tab}": ("posts.html", {**posts, "active": tab, "rows": ()}) for tab in ("queue", "attention", "all")},
        "nothing published": ("posts.html", filtered),
    }


def post_pages() -> Pages:
    shown = post(
        publication(
            "published",
            published_at=NOW,
            lateness=timedelta(seconds=0.3),
            external_url="https://example.org/1",
            remove_url="/x",
        ),
        publication("removed", published_at=NOW, removed_at=NOW),
        publication("failed", reason="It was refused.", advice="Crop it.", retry_url="/x", attempts=2),
        publication("needs_attention", reason="Nobody can tell.", resolve_url="/x"),
        replace(publication("needs_attention", reason="Too late.", resolve_url="/x", was_sent=False), id="late"),
        publication(
            "queued", next_attempt_at=NOW + timedelta(minutes=4), caption="Its own", warnings=("It lacks a file.",)
        ),
    )
    refused = inside(post=shown, form=WRONG, form_for="publication-needs_attention")
    return {
        "post": ("post.html", inside(post=shown, form=FormState(), form_for="")),
        "post refused": ("post.html", refused),
    }


def settings_pages() -> Pages:
    typed = {"name": "Northwind", "late_policy": "ask", "late_minutes": "60", "duplicate_hours": "24"}
    errors = dict.fromkeys(typed, "Not like that.")
    policies = (Choice("ask", "Ask me", "It waits."), Choice("skip", "Skip it", "It is canceled."))
    settings = inside(policies=policies, may_save=True, most_minutes=10080, most_hours=720, form=FormState(typed))
    return {
        "settings": ("settings.html", settings),
        "settings refused": ("settings.html", {**settings, "form": FormState(typed, errors)}),
        "settings of others": ("settings.html", {**settings, "may_save": False}),
    }


def error_pages() -> Pages:
    failure = {"status": 500, "title": "Something broke", "text": "Please try again.", "request_id": "r1"}
    return {
        "error inside": ("error.html", inside(**failure)),
        "error outside": ("error.html", {"chrome": chrome(), "frame": None, **failure}),
    }

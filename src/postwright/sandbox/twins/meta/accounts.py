"""People and Pages as Graph nodes: `/me/accounts`, `/{user}/permissions`, `/{page}/subscribed_apps`.

Sources: Meta, Graph API reference pages of User/accounts, User/permissions, Page, Page/subscribed_apps.
"""

from dataclasses import dataclass

from postwright.sandbox.call import Json
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import Account
from postwright.sandbox.twins.meta.errors import BAD_PARAM, GraphError
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.nodes import FACEBOOK, Ctx, Endpoint, Graph, Kind, Node
from postwright.sandbox.twins.meta.reading import listed, nested, show
from postwright.sandbox.twins.meta.tokens import FACEBOOK_LOGIN

TASKS = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")
SCOPES = {
    (FACEBOOK, "pages"): ("pages_show_list",),
    (FACEBOOK, "page"): ("pages_show_list",),
    (FACEBOOK, "page_hooks"): ("pages_manage_metadata",),
}


@dataclass(slots=True)
class User(Node):
    """A person on Facebook, as one id for all apps."""

    name: str = ""


@dataclass(slots=True)
class Page(Node):
    """A Facebook Page."""

    name: str = ""
    username: str = ""
    instagram_id: str = ""
    tasks: tuple[str, ...] = TASKS
    """What its person may do there."""


async def user_accounts(ctx: Ctx, user: User) -> Json:
    """`GET /{user}/accounts`: the Pages that the person shared with the app."""
    return listed(ctx, _pages(ctx, user))


async def user_permissions(ctx: Ctx, _: User) -> Json:
    """`GET /{user}/permissions`."""
    return {"data": _permissions(ctx)}


async def revoke(ctx: Ctx, _: User) -> Json:
    """`DELETE /{user}/permissions[/{permission}]`: the app loses one permission, or everything and all its tokens."""
    grant = ctx.token.grant
    if not ctx.rest:
        ctx.world.oauth.end_grant(grant, "app_removed")
    elif ctx.rest[0] in grant.scopes:
        grant.scopes -= {ctx.rest[0]}
    else:
        raise GraphError(BAD_PARAM, name="permission", fault="is not granted to the app")
    return {"success": True}


async def page_subscriptions(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/subscribed_apps`."""
    return ctx.graph.hooks.subscribed(ctx.token.grant.client_id, page.id)


async def page_subscribe(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/subscribed_apps`."""
    return ctx.graph.hooks.enable(ctx.token.grant.client_id, page.id, ctx.required("subscribed_fields"))


async def page_unsubscribe(ctx: Ctx, page: Page) -> Json:
    """`DELETE /{page}/subscribed_apps`."""
    return ctx.graph.hooks.disable(ctx.token.grant.client_id, page.id)


def page_token(ctx: Ctx, page: Page) -> Token:
    """The Page token of this consent: without expiry when it comes of a long-lived user token."""
    oauth = ctx.world.oauth
    token = ctx.token
    if token.account_id == page.id:
        return token
    kind = f"page_of_{token.kind}"
    held = oauth.held(token.grant, kind, page.id)
    if held is not None and not oauth.expired(held):
        return held
    lifetime = None
    if token.kind != "user_long" and token.expires_at is not None:
        lifetime = token.expires_at - ctx.now
    return oauth.issue(token.grant, kind, lifetime, prefix=FACEBOOK_LOGIN.token_prefix, account_id=page.id)


def _pages(ctx: Ctx, _: User) -> list[Page]:
    reached = (ctx.graph.nodes.get(name) for name in ctx.token.grant.account_ids)
    return [node for node in reached if isinstance(node, Page)]


def _permissions(ctx: Ctx) -> list[dict[str, Json]]:
    return [{"permission": scope, "status": "granted"} for scope in sorted(ctx.token.grant.scopes)]


def _accounts_field(ctx: Ctx, user: User, field: Field) -> Json:
    ctx.may("pages")
    return nested(ctx, _pages(ctx, user), field)


def _instagram(ctx: Ctx, page: Page, field: Field) -> Json:
    node = ctx.graph.nodes.get(page.instagram_id)
    return None if node is None else show(ctx, node, field.sub or (Field("id"),))


USER = Kind[User](
    name="User",
    platform=FACEBOOK,
    default=("id", "name"),
    fields={
        "name": lambda _, user, __: user.name,
        "accounts": _accounts_field,
        "permissions": lambda ctx, _, __: {"data": _permissions(ctx)},
    },
    edges={
        ("GET", "accounts"): Endpoint(user_accounts, needs="pages"),
        ("GET", "permissions"): Endpoint(user_permissions),
        ("DELETE", "permissions"): Endpoint(revoke),
    },
)

PAGE = Kind[Page](
    name="Page",
    platform=FACEBOOK,
    reading="page",
    default=("id", "name", "access_token", "category", "category_list", "tasks"),
    fields={
        "name": lambda _, page, __: page.name,
        "username": lambda _, page, __: page.username,
        "access_token": lambda ctx, page, _: page_token(ctx, page).value,
        "category": lambda *_: "Local business",
        "category_list": lambda *_: [{"id": "2500", "name": "Local business"}],
        "tasks": lambda _, page, __: page.tasks,
        "link": lambda _, page, __: f"https://www.facebook.com/{page.username}",
        "instagram_business_account": _instagram,
        "connected_instagram_account": _instagram,
    },
    edges={
        ("GET", "subscribed_apps"): Endpoint(page_subscriptions, needs="page_hooks"),
        ("POST", "subscribed_apps"): Endpoint(
            page_subscribe, needs="page_hooks", takes=frozenset({"subscribed_fields"})
        ),
        ("DELETE", "subscribed_apps"): Endpoint(page_unsubscribe, needs="page_hooks"),
    },
)


def install(graph: Graph) -> None:
    """Make people and Pages part of the graph."""
    graph.scopes |= SCOPES
    graph.define(User, USER)
    graph.define(Page, PAGE)


def adopt(graph: Graph) -> None:
    """Make nodes of profiles and Pages that have none yet; a Page owner without a profile gets one."""
    world = graph.world
    for account in list(world.accounts.values()):
        owned = world.accounts_of(account.person_id, FACEBOOK)
        if account.platform == FACEBOOK and all(other.kind != "profile" for other in owned):
            name = world.people[account.person_id].name
            profile = Account(
                FACEBOOK, f"1023{world.number():013}", account.person_id, "profile", account.person_id, name
            )
            world.accounts[profile.id] = profile
    for account in world.accounts.values():
        if account.platform != FACEBOOK or account.id in graph.nodes:
            continue
        if account.kind == "profile":
            graph.add(User(account.id, account.id, account.name))
        else:
            linked = next((a.id for a in world.accounts.values() if a.parent_id == account.id), "")
            tasks = tuple(account.tasks) or TASKS
            graph.add(Page(account.id, account.id, account.name, account.username, linked, tasks))

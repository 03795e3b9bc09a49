"""`/{ig-user}/subscribed_apps` (Instagram Login): which webhook fields an account sends to the app.

Source: Meta, Instagram Platform "Webhooks", section "Enable subscriptions".
"""

from postwright.sandbox.call import Json
from postwright.sandbox.twins.instagram.model import IgUser
from postwright.sandbox.twins.meta.nodes import Ctx


async def show(ctx: Ctx, user: IgUser) -> Json:
    """What is subscribed."""
    return ctx.graph.hooks.subscribed(ctx.token.grant.client_id, user.id)


async def add(ctx: Ctx, user: IgUser) -> Json:
    """Subscribe the app to fields of the account."""
    return ctx.graph.hooks.enable(ctx.token.grant.client_id, user.id, ctx.required("subscribed_fields"))


async def drop(ctx: Ctx, user: IgUser) -> Json:
    """End the subscription."""
    return ctx.graph.hooks.disable(ctx.token.grant.client_id, user.id)

"""Direct messages: conversations, the 24-hour window, private replies to comments.

Sources: Meta, Instagram Platform "Conversations API", "Send API", "Private Replies"; the window's error from memory.
"""

import json
from datetime import datetime

from postwright.sandbox.call import Json
from postwright.sandbox.twins.instagram.comments import outsider_id
from postwright.sandbox.twins.instagram.errors import MESSAGE_WINDOW
from postwright.sandbox.twins.instagram.limits import (
    HUMAN_AGENT_WINDOW,
    MESSAGE_BYTES,
    PRIVATE_REPLY_WINDOW,
)
from postwright.sandbox.twins.instagram.limits import MESSAGE_WINDOW as PLAIN_WINDOW
from postwright.sandbox.twins.instagram.model import Comment, Conversation, IgUser, Message
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.errors import BAD_PARAM, MISSING_PARAM, UNSUPPORTED, GraphError
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.nodes import INSTAGRAM, Ctx, Graph, Kind
from postwright.sandbox.twins.meta.reading import listed, nested, stamp


async def user_conversations(ctx: Ctx, user: IgUser) -> Json:
    """`GET /{ig-user}/conversations?platform=instagram` (Instagram Login)."""
    if ctx.required("platform") != "instagram":
        raise GraphError(BAD_PARAM, name="platform", fault="must be instagram")
    latest_first: list[Conversation] = sorted(user.conversations, key=_last, reverse=True)
    return listed(ctx, latest_first)


async def page_conversations(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/conversations?platform=instagram` (Facebook Login)."""
    return await user_conversations(ctx, _instagram(ctx, page))


async def page_send(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/messages` (Facebook Login)."""
    return await send(ctx, _instagram(ctx, page))


async def send(ctx: Ctx, user: IgUser) -> Json:
    """`POST /{ig-user}/messages`: to a person within the window, or once to the author of a comment."""
    recipient = _object(ctx, "recipient")
    text = _object(ctx, "message").get("text")
    if not isinstance(text, str) or not text:
        raise GraphError(MISSING_PARAM, name="message[text]")
    if len(text.encode()) > MESSAGE_BYTES:
        raise GraphError(BAD_PARAM, name="message[text]", fault=f"must be no longer than {MESSAGE_BYTES} bytes")
    if "comment_id" in recipient:
        conversation = _private_reply(ctx, user, str(recipient["comment_id"]))
    else:
        conversation = _within_window(ctx, user, str(recipient.get("id", "")))
    message = _say(ctx.graph, conversation, text, from_person=False)
    return {"recipient_id": conversation.person_id, "message_id": message.id}


def receive(graph: Graph, user: IgUser, username: str, text: str) -> Message:
    """Somebody outside writes to the account; the owner's app hears of it."""
    message = _say(graph, _conversation(graph, user, outsider_id(username), username), text, from_person=True)
    event: dict[str, Json] = {
        "messaging": [
            {
                "sender": {"id": message.conversation.person_id},
                "recipient": {"id": user.id},
                "timestamp": int(message.at.timestamp() * 1000),
                "message": {"mid": message.id, "text": text},
            }
        ]
    }
    graph.hooks.announce("instagram", user.id, "messages", event)
    return message


def _instagram(ctx: Ctx, page: Page) -> IgUser:
    node = ctx.graph.nodes.get(page.instagram_id)
    if not isinstance(node, IgUser):
        raise GraphError(UNSUPPORTED, method=ctx.call.method.lower(), id=page.id)
    return node


def _object(ctx: Ctx, name: str) -> dict[str, Json]:
    try:
        value = json.loads(ctx.required(name))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise GraphError(BAD_PARAM, name=name, fault="must be an object")
    return value


def _within_window(ctx: Ctx, user: IgUser, person_id: str) -> Conversation:
    conversation = next((held for held in user.conversations if held.person_id == person_id), None)
    if conversation is None:
        raise GraphError(BAD_PARAM, name="recipient[id]", fault="is no person who wrote to this account")
    window = HUMAN_AGENT_WINDOW if ctx.params.get("tag") == "HUMAN_AGENT" else PLAIN_WINDOW
    heard = [message.at for message in conversation.messages if message.from_person]
    if not heard or ctx.now - heard[-1] > window:
        raise GraphError(MESSAGE_WINDOW)
    return conversation


def _private_reply(ctx: Ctx, user: IgUser, comment_id: str) -> Conversation:
    comment = ctx.graph.nodes.get(comment_id)
    if not isinstance(comment, Comment) or comment.media.owner is not user:
        raise GraphError(UNSUPPORTED, method="post", id=comment_id)
    if comment.privately_answered:
        raise GraphError(BAD_PARAM, name="recipient[comment_id]", fault="was answered privately already")
    if ctx.now - comment.remark.created_at > PRIVATE_REPLY_WINDOW:
        raise GraphError(MESSAGE_WINDOW)
    comment.privately_answered = True
    return _conversation(ctx.graph, user, comment.author_id, comment.remark.username)


def _conversation(graph: Graph, user: IgUser, person_id: str, username: str) -> Conversation:
    for held in user.conversations:
        if held.person_id == person_id:
            return held
    number = graph.world.number()
    conversation = Conversation(f"aWdfZAG06{number:08}", user.id, user, person_id, username)
    user.conversations.append(conversation)
    graph.add(conversation)
    return conversation


def _say(graph: Graph, conversation: Conversation, text: str, *, from_person: bool) -> Message:
    number = graph.world.number()
    now = graph.world.clock.now()
    message = Message(f"aWdfZAG1faXRlb{number:08}", conversation.account_id, conversation, text, now, from_person)
    conversation.messages.append(message)
    graph.add(message)
    return message


def _last(conversation: Conversation) -> datetime:
    return conversation.messages[-1].at if conversation.messages else conversation.owner.conversations[0].messages[0].at


def _parties(message: Message) -> tuple[dict[str, Json], dict[str, Json]]:
    talk = message.conversation
    owner: dict[str, Json] = {"id": talk.owner.id, "username": talk.owner.account.username}
    person: dict[str, Json] = {"id": talk.person_id, "username": talk.username}
    return (person, owner) if message.from_person else (owner, person)


def _messages(ctx: Ctx, conversation: Conversation, field: Field) -> Json:
    return nested(ctx, conversation.messages[::-1], field)


CONVERSATION = Kind[Conversation](
    name="UnifiedThread",
    platform=INSTAGRAM,
    reading="ig_messages",
    business=True,
    default=("id", "updated_time"),
    fields={
        "updated_time": lambda _, talk, __: stamp(_last(talk)),
        "messages": _messages,
        "participants": lambda _, talk, __: {
            "data": [
                {"id": talk.owner.id, "username": talk.owner.account.username},
                {"id": talk.person_id, "username": talk.username},
            ]
        },
    },
)

MESSAGE = Kind[Message](
    name="Message",
    platform=INSTAGRAM,
    reading="ig_messages",
    business=True,
    default=("id", "created_time"),
    fields={
        "created_time": lambda _, message, __: stamp(message.at),
        "from": lambda _, message, __: _parties(message)[0],
        "to": lambda _, message, __: {"data": [_parties(message)[1]]},
        "message": lambda _, message, __: message.text,
        "attachments": lambda *_: None,
    },
)

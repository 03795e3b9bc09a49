"""Every edge of Instagram's nodes: method, needed capability, parameters, login. Read this first."""

from dataclasses import replace

from postwright.sandbox.twins.instagram import comments, insights, library, limits, messages, subscriptions
from postwright.sandbox.twins.instagram.containers import ANY_PARAMS, create_container
from postwright.sandbox.twins.instagram.model import Comment, Container, Conversation, IgUser, Media, Message
from postwright.sandbox.twins.instagram.publishing import publish, publishing_limit
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.nodes import FACEBOOK, INSTAGRAM, Endpoint, Graph, Kind

FACEBOOK_ONLY = frozenset({FACEBOOK})
INSTAGRAM_ONLY = frozenset({INSTAGRAM})
TALK = frozenset({"platform", "user_id", "folder"})
SAY = frozenset({"recipient", "message", "messaging_type", "tag"})
INSIGHTS = frozenset({"metric", "period", "metric_type", "breakdown", "timeframe", "since", "until"})

USER_EDGES = {
    ("GET", "media"): Endpoint(library.list_media, "ig_read", frozenset({"since", "until"})),
    ("POST", "media"): Endpoint(create_container, "ig_publish", ANY_PARAMS),
    ("POST", "media_publish"): Endpoint(publish, "ig_publish", frozenset({"creation_id"})),
    ("GET", "content_publishing_limit"): Endpoint(publishing_limit, "ig_publish", frozenset({"since"})),
    ("GET", "stories"): Endpoint(library.list_stories, "ig_read"),
    ("GET", "insights"): Endpoint(insights.account_insights, "ig_insights", INSIGHTS),
    ("POST", "mentions"): Endpoint(
        comments.answer_mention, "ig_comments", frozenset({"media_id", "comment_id", "message"})
    ),
    ("GET", "conversations"): Endpoint(messages.user_conversations, "ig_messages", TALK, INSTAGRAM_ONLY),
    ("POST", "messages"): Endpoint(messages.send, "ig_messages", SAY),
    ("GET", "subscribed_apps"): Endpoint(subscriptions.show, "ig_read", logins=INSTAGRAM_ONLY),
    ("POST", "subscribed_apps"): Endpoint(
        subscriptions.add, "ig_read", frozenset({"subscribed_fields"}), INSTAGRAM_ONLY
    ),
    ("DELETE", "subscribed_apps"): Endpoint(subscriptions.drop, "ig_read", logins=INSTAGRAM_ONLY),
}
MEDIA_EDGES = {
    ("POST", ""): Endpoint(library.switch_comments, "ig_comments", frozenset({"comment_enabled"})),
    ("DELETE", ""): Endpoint(library.delete_media, "ig_delete", logins=FACEBOOK_ONLY),
    ("GET", "children"): Endpoint(library.list_children, "ig_read"),
    ("GET", "comments"): Endpoint(comments.list_comments, "ig_comments"),
    ("POST", "comments"): Endpoint(comments.write_comment, "ig_comments", frozenset({"message"})),
    ("GET", "insights"): Endpoint(insights.media_insights, "ig_insights", INSIGHTS),
}
COMMENT_EDGES = {
    ("POST", ""): Endpoint(comments.hide, "ig_comments", frozenset({"hide"})),
    ("DELETE", ""): Endpoint(comments.delete, "ig_comments"),
    ("GET", "replies"): Endpoint(comments.list_replies, "ig_comments"),
    ("POST", "replies"): Endpoint(comments.reply, "ig_comments", frozenset({"message"})),
}
PAGE_EDGES = {
    ("GET", "conversations"): Endpoint(messages.page_conversations, "ig_messages", TALK),
    ("POST", "messages"): Endpoint(messages.page_send, "ig_messages", SAY),
}


def install(graph: Graph) -> None:
    """Make Instagram's kinds part of the graph."""
    graph.scopes |= limits.SCOPES
    graph.define(IgUser, replace(library.IG_USER, edges=USER_EDGES))
    graph.define(Container, library.IG_CONTAINER)
    graph.define(Media, replace(library.IG_MEDIA, edges=MEDIA_EDGES))
    graph.define(Comment, replace(library.IG_COMMENT, edges=COMMENT_EDGES))
    graph.define(Conversation, messages.CONVERSATION)
    graph.define(Message, messages.MESSAGE)
    graph.extend(Page, Kind(name="Page", platform=FACEBOOK, fields={}, edges=PAGE_EDGES))

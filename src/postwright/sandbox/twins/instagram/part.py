"""Instagram's part in Meta's twin: its hosts, its accounts, and what people outside do to them."""

from collections.abc import Awaitable, Callable, Mapping

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.twins.base import Deed, NotOffered
from postwright.sandbox.twins.instagram import comments, limits, messages, routes
from postwright.sandbox.twins.instagram.login import InstagramLogin
from postwright.sandbox.twins.instagram.model import Comment, IgUser, Media
from postwright.sandbox.twins.meta.graph import PlainPaths
from postwright.sandbox.twins.meta.nodes import FACEBOOK, INSTAGRAM, Graph


class InstagramPart:
    """Instagram in one sandbox."""

    def __init__(self, graph: Graph, consent: Consent) -> None:
        self._graph = graph
        self._login = InstagramLogin(graph.world, consent)
        routes.install(graph)

    def plain_paths(self) -> PlainPaths:
        """Paths of graph.instagram.com that are no nodes."""
        return {
            ("GET", "access_token"): self._login.long_lived,
            ("GET", "refresh_access_token"): self._login.refresh,
        }

    def hosts(self) -> Mapping[str, Callable[[Call], Awaitable[Reply]]]:
        """Instagram's own hosts beside the graph."""
        return {
            "www.instagram.com": self._login.authorize,
            "api.instagram.com": self._login.exchange_code,
        }

    def adopt(self) -> None:
        """Make nodes of Instagram accounts that have none yet."""
        for account in self._graph.world.accounts.values():
            if account.platform == INSTAGRAM and account.id not in self._graph.nodes:
                aliases = [account.alias_id] if account.alias_id else []
                self._graph.add(IgUser(account.id, account.id, account), *aliases)

    def tick(self) -> None:
        """Stories that are over: the owner's app gets their insights (Facebook Login only)."""
        now = self._graph.world.clock.now()
        for user in [node for node in self._graph.nodes.values() if isinstance(node, IgUser)]:
            for media in user.media:
                if media.product == "STORY" and not media.insights_sent and now - media.at >= limits.STORY_LIFE:
                    media.insights_sent = True
                    self._announce_insights(user, media)

    def _announce_insights(self, user: IgUser, media: Media) -> None:
        reach = user.account.followers // 8
        value: dict[str, Json] = {
            "media_id": media.id,
            "exits": reach // 9,
            "replies": 0,
            "reach": reach,
            "taps_forward": reach // 2,
            "taps_back": reach // 20,
        }
        event: dict[str, Json] = {"changes": [{"field": "story_insights", "value": value}]}
        self._graph.hooks.announce("instagram", user.id, "story_insights", event, login=FACEBOOK)

    def act(self, deed: Deed) -> Json:
        """Somebody outside comments, writes or mentions; raises NotOffered."""
        if deed.kind == "comment":
            return self._comment(deed)
        user = self._user(deed.target_id)
        if deed.kind == "mention":
            return comments.mention(self._graph, user, deed.username, deed.text)
        message = messages.receive(self._graph, user, deed.username, deed.text)
        return {"id": message.id, "conversation": message.conversation.id, "from": message.conversation.person_id}

    def _comment(self, deed: Deed) -> Json:
        media = self._graph.nodes.get(deed.target_id)
        parent = self._graph.nodes.get(deed.parent_id)
        if not isinstance(media, Media) or not media.comments_on or media.product == "STORY":
            raise NotOffered("comments are off")
        outsider = comments.outsider(deed.username)
        above = parent if isinstance(parent, Comment) else None
        return {"id": comments.add_comment(self._graph, media, outsider, deed.text, above).id}

    def _user(self, account_id: str) -> IgUser:
        node = self._graph.nodes.get(account_id)
        if not isinstance(node, IgUser):
            raise NotOffered("not an Instagram account")
        return node

"""LinkedIn's servers as one twin: which host and which Rest.li resource is answered by what."""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import unquote

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.linkedin import assets, community, rules, seeds
from postwright.sandbox.twins.linkedin.errors import BY_STATUS, Refused
from postwright.sandbox.twins.linkedin.hooks import NOT_PASSED, Hooks
from postwright.sandbox.twins.linkedin.login import Login, identity
from postwright.sandbox.twins.linkedin.model import Network, Visit
from postwright.sandbox.twins.linkedin.posts import Posts
from postwright.sandbox.twins.linkedin.restli import Value, method_of, query_of, untunnel, value_of

API, SITE = "api.linkedin.com", "www.linkedin.com"
PAGING = frozenset({"start", "count"})
_URN = re.compile(r"urn:li:\w+:[\w-]+")
_NAMING = ("author", "actor", "initializeUploadRequest", "finalizeUploadRequest")
"""Body fields that name the account a call is about."""


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one resource."""

    answer: Callable[[Visit], Awaitable[Reply]]
    params: frozenset[str] = frozenset()


class LinkedInTwin(Twin):
    """LinkedIn's hosts."""

    hosts: ClassVar[frozenset[str]] = frozenset({API, SITE})
    platforms: ClassVar[frozenset[str]] = frozenset({rules.PLATFORM})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._network = Network(world)
        self._login = Login(world, consent)
        self._hooks = Hooks(world)
        self._comments = community.Comments(self._hooks)
        posts = Posts(self._hooks)
        self._doors: Mapping[tuple[str, str], Door] = {
            ("posts", "CREATE"): Door(posts.create),
            ("posts", "FINDER author"): Door(posts.by_author, PAGING | {"author", "sortBy"}),
            ("posts/*", "GET"): Door(posts.show, frozenset({"viewContext"})),
            ("posts/*", "PARTIAL_UPDATE"): Door(posts.change),
            ("posts/*", "DELETE"): Door(posts.delete),
            ("images", "ACTION initializeUpload"): Door(assets.initialize),
            ("images/*", "GET"): Door(assets.show),
            ("documents", "ACTION initializeUpload"): Door(assets.initialize),
            ("documents/*", "GET"): Door(assets.show),
            ("videos", "ACTION initializeUpload"): Door(assets.initialize_video),
            ("videos", "ACTION finalizeUpload"): Door(assets.finalize_video),
            ("videos/*", "GET"): Door(assets.show),
            ("socialActions/*/comments", "CREATE"): Door(self._comments.create),
            ("socialActions/*/comments", "GET_ALL"): Door(self._comments.show, PAGING),
            ("organizationAcls", "FINDER roleAssignee"): Door(community.my_roles, PAGING | {"role", "state"}),
            ("organizations/*", "GET"): Door(community.organization),
            ("organizationsLookup", "BATCH_GET"): Door(community.organizations),
            ("eventSubscriptions/*", "UPDATE"): Door(self._hooks.subscribe),
        }

    def seed(self) -> None:
        """Apps, people and accounts of the start."""
        for shelf in (self._network, self._hooks, self._comments):
            shelf.reset()
        self.world.add(apps=seeds.APPS, people=seeds.PEOPLE, accounts=seeds.ACCOUNTS)

    def adopt(self) -> None:
        """Nothing is kept of people, accounts or apps beside the world."""

    def tick(self) -> None:
        """Nothing happens by the clock alone: states are read from it."""

    def identify(self, call: Call) -> None:
        """The account by the first URN that names one, or its post or asset; else by the token."""
        call.platform = rules.PLATFORM
        said = " ".join(call.form.get(name, "") for name in _NAMING)
        network, slot = self._network, self._network.slots.get(call.path.rsplit("/", 1)[-1])
        for urn in _URN.findall(f"{said} {unquote(call.raw_path)} {unquote(call.query_string)}"):
            thing = network.post(urn) or network.assets.get(urn)
            owner = thing.owner if thing else network.account(urn)
            if owner is not None:
                call.account = owner.id
                return
        token = self.token_of(call)
        call.account = slot.asset.owner.id if slot else token.grant.subject if token else ""

    async def answer(self, call: Call) -> Reply:
        """Answer by host and path; every reply carries LinkedIn's trace headers."""
        try:
            reply = await self._answer(call)
        except Refused as refusal:
            reply = refusal.reply()
        return _traced(reply)

    async def _answer(self, call: Call) -> Reply:
        if call.host == SITE and call.path.startswith("/dms-uploads/"):
            return await assets.receive(self._network, call)
        if call.host == SITE:
            return self._login.answer(call) or Reply(404, b"Page not found\n", "text/plain")
        if call.path == "/v2/userinfo":
            return self._userinfo(call)
        if not call.path.startswith("/rest/"):
            raise Refused("RESOURCE_NOT_FOUND")
        untunnel(call)
        return await self._rest(call)

    async def _rest(self, call: Call) -> Reply:
        token = self._network.token(call.header("authorization"))
        version = self._version(call)
        resource, key = _resource(call.raw_path)
        if not any(resource == known for known, _ in self._doors):
            raise Refused("RESOURCE_NOT_FOUND")
        query = query_of(call.query_string)
        method = method_of(call, query, on_entity=resource.endswith("*"))
        door = self._doors.get((resource, method))
        if door is None:
            raise Refused("METHOD_NOT_ALLOWED", method=method)
        self._network.count(token, resource.partition("/")[0])
        for name in query:
            if name not in door.params | {"q", "action", "ids"}:
                raise Refused("QUERY_PARAM_NOT_ALLOWED", field=name)
        name = f"{resource.replace('/*', '')}.{method.replace(' ', '-')}.{version}01"
        return await door.answer(Visit(self._network, call, token, key, query, name))

    def _version(self, call: Call) -> str:
        version = call.header("linkedin-version")
        if not version:
            raise Refused("VERSION_MISSING")
        if not rules.is_active(version, self.world.clock.offset):
            raise Refused("NONEXISTENT_VERSION", version=f"{version}01")
        protocol = call.header("x-restli-protocol-version") or "1.0.0"
        if protocol != rules.PROTOCOL:
            raise Refused("PROTOCOL_NOT_SUPPORTED", version=protocol)
        return version

    def _userinfo(self, call: Call) -> Reply:
        if call.method != "GET":
            raise Refused("METHOD_NOT_ALLOWED", method=call.method)
        token = self._network.token(call.header("authorization"))
        self._network.count(token, "userinfo")
        if "openid" not in token.grant.scopes:
            raise Refused("ACCESS_DENIED", door="userinfo.GET.NO_VERSION")
        return json_reply(identity(self.world.accounts[token.grant.subject], token.grant.scopes))

    def token_of(self, call: Call) -> Token | None:
        """The token in the call."""
        bearer = call.header("authorization").partition(" ")[2].strip()
        return self.world.oauth.find(bearer or call.form.get("refresh_token") or call.form.get("token", ""))

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in the words of the API, or of OAuth."""
        status = 429 if fault.kind == "rate_limit" else fault.status
        code = BY_STATUS.get(status, "INTERNAL_SERVER_ERROR")
        if call.path.startswith("/oauth/"):
            body = {"error": code.lower(), "error_description": fault.message or "The request could not be served"}
            return _traced(json_reply(body, status))
        refusal = Refused(code, door=f"{call.path.strip('/')}.{call.method}", type="", version="", fault="")
        return _traced(refusal.reply(status, fault.message))

    async def act(self, deed: Deed) -> Json:
        """Somebody outside comments on a post, or mentions an organisation."""
        if deed.kind == "comment":
            post = self._network.posts[deed.target_id]
            said = (deed.username, deed.text, deed.parent_id)
            return {"id": self._comments.add(self._network, post, *said, by_admin=False).id}
        if deed.kind == "message":
            raise NotOffered("LinkedIn's API has no messages")
        activity = f"urn:li:activity:{self._network.number()}"
        mentioned = self.world.accounts[deed.target_id]
        self._hooks.announce("SHARE_MENTION", mentioned, f"urn:li:share:{self._network.number()}", activity, deed.text)
        return {"id": activity}

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Register a callback in the portal, for every app that may have webhooks."""
        apps = [app for app in self.world.apps.values() if app.platform == platform and app.login in rules.PARTNERS]
        for app in apps:
            if not await self._hooks.register(app, str(order.get("url", ""))):
                raise NotOffered(NOT_PASSED)
        return {"apps": [app.client_id for app in apps], "eventType": rules.NOTIFICATIONS}


def _resource(raw_path: str) -> tuple[str, Value]:
    """The resource with `*` for its key, and the key; raises Refused for a key that is not encoded."""
    name, *rest = raw_path.removeprefix("/rest/").split("/")
    return "/".join((name, *("*" for _ in rest[:1]), *rest[1:])), value_of(rest[0]) if rest else ""


def _traced(reply: Reply) -> Reply:
    trace = uuid.uuid4().hex
    headers = (
        ("x-li-uuid", trace),
        ("x-li-request-id", trace[:16].upper()),
        ("x-restli-protocol-version", rules.PROTOCOL),
    )
    return replace(reply, headers=(*reply.headers, *headers))

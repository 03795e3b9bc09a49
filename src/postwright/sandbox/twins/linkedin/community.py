"""Comments, and the organisations that a member has a role in.

Source: LinkedIn, "Comments API", "Organization Access Control", "Organization Lookup API". The bodies of the comments
API are not published in full.
"""

from postwright.sandbox.call import Json, Reply, json_reply
from postwright.sandbox.state import Account, Remark
from postwright.sandbox.twins.linkedin import rules
from postwright.sandbox.twins.linkedin.bodies import CommentBody, read
from postwright.sandbox.twins.linkedin.errors import Refused
from postwright.sandbox.twins.linkedin.hooks import Hooks
from postwright.sandbox.twins.linkedin.model import Network, Post, Visit, milliseconds, roles_of, urn_of
from postwright.sandbox.twins.linkedin.posts import collection

ROLES = rules.POSTING_ROLES | {"ANALYST", "CURATOR", "RECRUITING_POSTER", "LEAD_GEN_FORMS_MANAGER"}
STATES = frozenset({"APPROVED", "REJECTED", "REQUESTED", "REVOKED"})


class Comments:
    """`/rest/socialActions/{urn}/comments` of one sandbox."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._actors: dict[str, str] = {}

    def reset(self) -> None:
        """Forget who wrote what."""
        self._actors.clear()

    async def create(self, visit: Visit) -> Reply:
        """Comment as a member or organisation: 201 without a body, the id in a header."""
        body, post = read(CommentBody, visit.call), _post(visit)
        actor = visit.acting_for(body.actor, "w")
        if body.object not in (post.urn, post.activity):
            raise Refused("INVALID_VALUE_FOR_FIELD", field="/object", fault="not the post in the path")
        if body.parent_comment and not any(_urn(post, remark) == body.parent_comment for remark in post.shown.comments):
            raise Refused("INVALID_URN_ID", field="/parentComment", urn=body.parent_comment)
        parent = body.parent_comment.rstrip(")").rpartition(",")[2]
        remark = self.add(visit.network, post, actor.name, body.message.text, parent, by_admin=actor is post.owner)
        self._actors[remark.id] = body.actor
        return Reply(201, b"", headers=(("x-restli-id", remark.id),))

    async def show(self, visit: Visit) -> Reply:
        """The comments of a post, oldest first."""
        post = _post(visit)
        visit.acting_for(post.body.author, "r")
        start, count = visit.whole("start", 0, 10**9), visit.whole("count", 10, rules.POSTS_IN_PAGE)
        remarks = post.shown.comments
        page: list[Json] = [self._described(post, remark) for remark in remarks[start : start + count]]
        return collection(page, start, count, len(remarks))

    def add(self, network: Network, post: Post, name: str, text: str, parent: str, *, by_admin: bool) -> Remark:
        """Put a comment below a post and tell the apps of the organisation."""
        remark = Remark(str(network.number()), name, text, network.world.clock.now(), parent)
        post.shown.comments.append(remark)
        action = "ADMIN_COMMENT" if by_admin else "COMMENT"
        self._hooks.announce(action, post.owner, post.urn, _urn(post, remark), post.shown.caption)
        return remark

    def _described(self, post: Post, remark: Remark) -> Json:
        described: dict[str, Json] = {
            "id": remark.id,
            "commentUrn": _urn(post, remark),
            "actor": self._actors.get(remark.id, "urn:li:person:passerby"),
            "object": post.activity,
            "message": {"text": remark.text, "attributes": []},
            "created": {"time": milliseconds(remark.created_at)},
        }
        if remark.parent_id:
            described["parentComment"] = f"urn:li:comment:({post.activity},{remark.parent_id})"
        return described


def _post(visit: Visit) -> Post:
    post = visit.network.post(str(visit.key))
    if post is None:
        raise Refused("NOT_FOUND")
    return post


def _urn(post: Post, remark: Remark) -> str:
    return f"urn:li:comment:({post.activity},{remark.id})"


async def my_roles(visit: Visit) -> Reply:
    """`GET /rest/organizationAcls?q=roleAssignee`: what the member is for which organisations."""
    visit.need(rules.ADMIN)
    role, state = visit.text("role"), visit.text("state")
    for name, value, known in (("role", role, ROLES), ("state", state, STATES)):
        if value and value not in known:
            raise Refused("ILLEGAL_ARGUMENT", field=name, fault=f"{name} is one of {', '.join(sorted(known))}")
    start, count = visit.whole("start", 0, 10**9), visit.whole("count", 10, rules.POSTS_IN_PAGE)
    member = urn_of(visit.network.world.accounts[visit.token.grant.subject])
    found: list[Json] = [
        {"organization": urn_of(account), "role": held, "state": "APPROVED", "roleAssignee": member}
        for account in _organizations(visit)
        for held in roles_of(account)
        if role in ("", held) and state in ("", "APPROVED")
    ]
    return collection(found[start : start + count], start, count, len(found))


async def organization(visit: Visit) -> Reply:
    """`GET /rest/organizations/{id}`: for those who have a role in it."""
    visit.need(rules.ADMIN)
    for account in _organizations(visit):
        if account.id == str(visit.key):
            return json_reply(_described(account))
    raise Refused("NOT_FOUND")


async def organizations(visit: Visit) -> Reply:
    """`GET /rest/organizationsLookup?ids=List(…)`: what everybody may know."""
    ids = visit.query["ids"]
    if not isinstance(ids, list):
        raise Refused("ILLEGAL_ARGUMENT", field="ids", fault="ids must be a List(…)")
    named = {str(name): visit.network.account(f"urn:li:organization:{name}") for name in ids}
    results: Json = {name: _described(account) for name, account in named.items() if account}
    statuses: Json = {name: 200 if account else 404 for name, account in named.items()}
    errors: Json = {name: {"status": 404, "code": "NOT_FOUND"} for name, account in named.items() if not account}
    return json_reply({"results": results, "statuses": statuses, "errors": errors})


def _organizations(visit: Visit) -> list[Account]:
    accounts = visit.network.world.accounts
    return [account for name in visit.token.grant.account_ids if (account := accounts[name]).kind != "member"]


def _described(account: Account) -> dict[str, Json]:
    localized: Json = {"localized": {"en_US": account.name}, "preferredLocale": {"country": "US", "language": "en"}}
    return {
        "id": int(account.id),
        "localizedName": account.name,
        "name": localized,
        "vanityName": account.username,
        "primaryOrganizationType": "NONE",
    }

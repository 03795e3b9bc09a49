"""LinkedIn's limits as data, judged by the rules that all platforms share."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.post import Content
from postwright.platforms.linkedin.adapter import STEPS, LinkedIn
from postwright.platforms.linkedin.spec import LOGINS, SPEC, VERSION, LinkedInOptions
from tests.platforms.linkedin.facts import ARTICLE, POLL
from tests.support.publishing import account_of, content, picture, video

PLAIN = LinkedInOptions()
ASKED = LinkedInOptions.model_validate({"poll": POLL})
LINKED = LinkedInOptions.model_validate({"article": ARTICLE})
LONG = replace(video(), media=replace(video().media, facts=replace(video().media.facts, size_bytes=80_000)))


def document(pages: int = 300, size: int = 100 * 1024 * 1024) -> Attachment:
    return Attachment(
        Media(uuid4(), "k", "Menu.pdf", MediaFacts("document", "application/pdf", size, 1, 1, pages=pages)), None
    )


def altered(attachment: Attachment, **facts: str | float | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


def findings(post: Content) -> list[tuple[str, str, float | str | None, float | str | None]]:
    return [(one.field, one.code, one.limit, one.value) for one in check(SPEC.capability, post)]


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN), "text"),
        (content(PLAIN, picture()), "image"),
        (content(PLAIN, picture(), picture()), "images"),
        (content(PLAIN, LONG), "video"),
        (content(PLAIN, document()), "document"),
        (content(ASKED), "poll"),
        (content(LINKED), "article"),
        (content(LINKED, picture()), "article"),
    ],
)
def test_the_media_and_the_options_choose_the_kind(post: Content, kind: str) -> None:
    chosen = choose_kind(SPEC.capability, post)
    assert not isinstance(chosen, Finding)
    assert chosen.name == kind
    assert findings(post) == []
    first = LinkedIn().begin(post, account_of("linkedin", "linkedin", "urn:li:person:a"))
    assert first.step == ("start" if post.attachments else "post")


@pytest.mark.parametrize(
    "post",
    [
        content(PLAIN, caption="😀" * 1500),
        content(PLAIN, picture(alt_text="x" * 4086)),
        content(PLAIN, *[picture()] * 20),
        content(PLAIN, altered(picture(), mime="image/webp")),
        content(PLAIN, altered(picture(), mime="image/gif", duration_s=25.0, fps=10.0)),
        content(PLAIN, altered(LONG, duration_s=3.0, size_bytes=75 * 1024)),
        content(PLAIN, altered(LONG, duration_s=1800.0, size_bytes=500 * 1024 * 1024)),
        content(
            LinkedInOptions.model_validate({"mentions": [{"name": "A", "urn": "urn:li:person:x"}]}), caption="Hi @A!"
        ),
    ],
)
def test_what_lies_at_the_limit_is_taken(post: Content) -> None:
    assert findings(post) == []


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (content(PLAIN, caption=" "), ("caption", "caption_required", 1, 0)),
        (content(PLAIN, caption="😀" * 1500 + "a"), ("caption", "caption_too_long", 3000, 3001)),
        (content(PLAIN, picture(alt_text="x" * 4087)), ("media.0.alt_text", "alt_text_too_long", 4086, 4087)),
        (content(PLAIN, *[picture()] * 21), ("media", "too_many_media", 20, 21)),
        (
            content(PLAIN, altered(picture(), mime="image/gif", duration_s=25.1, fps=10.0)),
            ("media.0", "animation_length_too_big", 250, 251),
        ),
        (content(PLAIN, document(pages=301)), ("media.0", "document_length_too_big", 300, 301)),
        (content(PLAIN, document(size=104_857_601)), ("media.0", "media_too_big", 104_857_600, 104_857_601)),
        (content(PLAIN, altered(LONG, size_bytes=76_799)), ("media.0", "video_size_too_small", 76_800, 76_799)),
        (content(PLAIN, altered(LONG, size_bytes=524_288_001)), ("media.0", "media_too_big", 524_288_000, 524_288_001)),
        (content(PLAIN, altered(LONG, duration_s=2.9)), ("media.0", "video_duration_too_small", 3, 2.9)),
        (content(PLAIN, altered(LONG, duration_s=1801.0)), ("media.0", "video_duration_too_big", 1800, 1801.0)),
        (
            content(PLAIN, altered(LONG, mime="video/quicktime")),
            ("media.0", "media_format", "video/mp4", "video/quicktime"),
        ),
        (
            content(LinkedInOptions.model_validate({"mentions": [{"name": "A", "urn": "urn:li:person:x"}]})),
            ("options.mentions.0", "mention_not_in_text", None, "A"),
        ),
    ],
)
def test_what_lies_beyond_is_said_with_the_limit(post: Content, expected: tuple[object, ...]) -> None:
    assert findings(post) == [expected]


def test_a_picture_may_have_so_many_pixels() -> None:
    rules = [kind.image for kind in SPEC.capability.kinds if kind.image]
    assert {rule.max_pixels for rule in rules} == {36_152_319}


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ({"first_comment": "x" * 1250}, {"first_comment": "x" * 1251}, ("first_comment",)),
        ({"poll": POLL | {"question": "x" * 140}}, {"poll": POLL | {"question": "x" * 141}}, ("poll", "question")),
        ({"poll": POLL | {"options": ["x" * 30] * 4}}, {"poll": POLL | {"options": ["x"] * 5}}, ("poll", "options")),
        ({"poll": POLL | {"options": ["x"] * 2}}, {"poll": POLL | {"options": ["x"]}}, ("poll", "options")),
        ({"poll": POLL}, {"poll": POLL | {"options": ["x" * 31, "y"]}}, ("poll", "options", 0)),
        ({"poll": POLL | {"duration": "ONE_DAY"}}, {"poll": POLL | {"duration": "TWO_DAYS"}}, ("poll", "duration")),
        (
            {"article": ARTICLE | {"title": "x" * 400}},
            {"article": ARTICLE | {"title": "x" * 401}},
            ("article", "title"),
        ),
        ({"article": ARTICLE}, {"article": ARTICLE | {"url": "example.com"}}, ("article", "url")),
        ({"visibility": "LOGGED_IN"}, {"visibility": "CONTAINER"}, ("visibility",)),
        ({"title": "x" * 400}, {"title": "x" * 401}, ("title",)),
    ],
)
def test_options_are_taken_up_to_their_limits(
    good: Mapping[str, object], bad: Mapping[str, object], place: tuple[str | int, ...]
) -> None:
    LinkedInOptions.model_validate(good)
    with pytest.raises(ValidationError) as caught:
        LinkedInOptions.model_validate(bad)
    assert caught.value.errors()[0]["loc"] == place


def test_every_step_is_declared_and_every_example_is_one() -> None:
    assert set(STEPS) == set(SPEC.steps)
    for name in ("poll", "article"):
        field = LinkedInOptions.model_fields[name]
        assert field.examples
        LinkedInOptions.model_validate({name: field.examples[0]})


def test_the_version_lives_about_a_year_and_organisations_have_a_login_of_their_own() -> None:
    assert (VERSION.name, VERSION.sunset) == ("202609", date(2027, 9, 15))
    members, pages = LOGINS
    assert [scope.name for scope in members.scopes] == ["openid", "profile", "email", "w_member_social"]
    assert {scope.name for scope in pages.scopes if scope.required} >= {
        "w_organization_social",
        "rw_organization_admin",
    }

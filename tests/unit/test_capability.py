"""Capabilities: kinds are found by name, and options take what is declared and nothing else."""

import pytest
from pydantic import ValidationError

from postwright.domain.capability import Capability, Options, PostKind, TextRule
from postwright.domain.media import MediaFacts
from postwright.platforms.registry import PLATFORMS

WORDS, PHOTO = PostKind("words", "Words", 0, 0), PostKind("photo", "Photo", 1, 1)


def test_a_kind_is_found_by_its_name() -> None:
    capability = Capability(TextRule(10, "utf8"), (WORDS, PHOTO), Options)
    assert (capability.kind("photo"), capability.kind("poem")) == (PHOTO, None)


def test_unknown_options_are_refused_and_known_ones_never_change() -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"colour": "red"})
    options = Options(post_type="photo")
    with pytest.raises(ValidationError):
        options.post_type = "words"  # type: ignore[misc]  # that it is refused is the point


def test_the_shape_of_a_file_is_its_width_over_its_height() -> None:
    assert MediaFacts("image", "image/png", 1, 1920, 1080).ratio == pytest.approx(16 / 9)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_declares_fits_together(platform: str) -> None:
    capability = PLATFORMS[platform].spec.capability
    names = [kind.name for kind in capability.kinds]
    assert len(set(names)) == len(names)
    for kind in capability.kinds:
        assert kind.min_media <= kind.max_media
        assert kind.image or kind.video or kind.document or kind.max_media == 0
        assert set(kind.options) <= set(capability.options.model_fields) - {"post_type"}
        assert capability.options.model_validate({"post_type": kind.name}).post_type == kind.name

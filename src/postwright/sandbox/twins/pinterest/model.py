"""Boards, sections, Pins and uploads as Pinterest keeps and shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postwright.sandbox.call import Json
from postwright.sandbox.state import Account, PublicPost, Shown, World
from postwright.sandbox.twins.pinterest.rules import PLATFORM, SECRET

NEWEST = 813_700_000_000_000_000
"""Ids count up from here; everything seeded has a smaller one."""
CREATIVE_TYPES = {"image": "REGULAR", "multiple_images": "CAROUSEL", "video": "VIDEO"}
KINDS = {"image": "image", "multiple_images": "carousel", "video": "video"}
WIDTHS = {"600x": 600, "1200x": 1200}


@dataclass(slots=True)
class Board:
    """A board; its sections are kept apart."""

    id: str
    owner: Account
    name: str
    created_at: datetime
    description: str | None = None
    privacy: str = "PUBLIC"


@dataclass(slots=True)
class Section:
    """A part of a board."""

    id: str
    board: Board
    name: str

    def to_json(self) -> Json:
        """The vendor's form."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the sandbox's own; sizes are 0 where media are trusted."""

    url: str
    width: int = 0
    height: int = 0

    def sizes(self) -> Json:
        """The sizes in which it is offered, all at one address."""
        scaled = {
            name: (width, round(width * self.height / self.width) if self.width else None)
            for name, width in WIDTHS.items()
        }
        frames = {"150x150": (150, 150), "400x300": (400, 300), **scaled}
        return {name: {"width": width, "height": height, "url": self.url} for name, (width, height) in frames.items()}


@dataclass(slots=True)
class Slot:
    """One image of a Pin; a carousel's have texts of their own."""

    picture: Picture
    texts: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clip:
    """A processed video."""

    url: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PinMedia:
    """What a Pin shows. A video's only slot is its cover."""

    type: Literal["image", "multiple_images", "video"]
    slots: tuple[Slot, ...]
    clip: Clip | None = None

    def to_json(self) -> Json:
        """The vendor's `media`."""
        if self.type == "multiple_images":
            items = [{"item_type": "image", **slot.texts, "images": slot.picture.sizes()} for slot in self.slots]
            return {"media_type": self.type, "items": items}
        cover = self.slots[0].picture
        shown: dict[str, Json] = {"media_type": self.type, "images": cover.sizes()}
        if self.clip:
            clip = self.clip
            length = round(clip.seconds * 1000)
            shown |= {"cover_image_url": cover.url, "duration": length, "width": clip.width, "height": clip.height}
        return shown


@dataclass(slots=True)
class Pin:
    """A Pin on a board."""

    id: str
    owner: Account
    board: Board
    section: Section | None
    texts: dict[str, str | None]
    """title, description, link, alt_text, dominant_color, parent_pin_id."""
    media: PinMedia
    created_at: datetime
    is_trial: bool
    """Made by an app with trial access: nobody but its owner sees it."""

    def to_json(self) -> Json:
        """The vendor's form."""
        return {
            "id": self.id,
            "created_at": stamp(self.created_at),
            **self.texts,
            "board_id": self.board.id,
            "board_section_id": self.section.id if self.section else None,
            "board_owner": {"username": self.board.owner.username},
            "creative_type": CREATIVE_TYPES[self.media.type],
            "media": self.media.to_json(),
            "is_owner": True,
            "is_standard": True,
            "has_been_promoted": False,
            "pin_metrics": None,
        }

    def to_post(self) -> PublicPost:
        """The Pin as people see it. On a secret board or from a trial app these people are its owner alone."""
        alt = self.texts["alt_text"] or ""
        clip = self.media.clip
        shown = (
            (Shown("video", clip.url, alt),)
            if clip
            else tuple(Shown("image", slot.picture.url, alt) for slot in self.media.slots)
        )
        return PublicPost(
            platform=PLATFORM,
            account_id=self.owner.id,
            account_name=self.owner.username,
            id=self.id,
            url=f"https://www.pinterest.com/pin/{self.id}/",
            kind=KINDS[self.media.type],
            caption=self.texts["description"] or "",
            media=shown,
            created_at=self.created_at,
            details={
                "title": self.texts["title"],
                "link": self.texts["link"],
                "board": self.board.name,
                "section": self.section.name if self.section else None,
                "privacy": self.board.privacy,
                "visible_to_creator_only": self.is_trial or self.board.privacy == SECRET,
                "cover": self.media.slots[0].picture.url if clip else None,
                "slots": [slot.texts for slot in self.media.slots if slot.texts],
            },
        )


@dataclass(slots=True)
class Upload:
    """A registered video: first an address to send it to, then a clip or a fault."""

    id: str
    owner: Account
    form: Mapping[str, str]
    """The parameters that have to come back with the file."""
    ends_at: datetime
    ready_at: datetime | None = None
    clip: Clip | None = None

    def status(self, now: datetime) -> str:
        """registered, processing, succeeded or failed."""
        if self.ready_at is None:
            return "registered"
        if now < self.ready_at:
            return "processing"
        return "succeeded" if self.clip else "failed"

    def to_json(self, now: datetime) -> Json:
        """The vendor's form."""
        return {"media_id": self.id, "media_type": "video", "status": self.status(now)}


class Store:
    """All that one sandbox's Pinterest holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.boards: dict[str, Board] = {}
        self.sections: dict[str, Section] = {}
        self.pins: dict[str, Pin] = {}
        self.uploads: dict[str, Upload] = {}

    def clear(self) -> None:
        """Forget everything."""
        for shelf in (self.boards, self.sections, self.pins, self.uploads):
            shelf.clear()

    def new_id(self) -> str:
        """An id greater than all before."""
        return str(NEWEST + self.world.number())

    def put(self, pin: Pin) -> None:
        """Keep a Pin, new or changed, and show it."""
        self.pins[pin.id] = pin
        self.world.timeline[pin.id] = pin.to_post()

    def drop(self, pins: list[Pin]) -> None:
        """Take Pins away."""
        for pin in pins:
            del self.pins[pin.id]
            self.world.timeline.pop(pin.id, None)

    def on(self, place: Board | Section) -> list[Pin]:
        """The Pins of a board or a section."""
        return [pin for pin in self.pins.values() if place in (pin.board, pin.section)]

    def board_json(self, board: Board) -> Json:
        """The vendor's form of a board, counts and thumbnails included."""
        pins = self.on(board)
        covers = [pin.media.slots[0].picture.url for pin in reversed(pins)]
        return {
            "id": board.id,
            "name": board.name,
            "description": board.description,
            "privacy": board.privacy,
            "created_at": stamp(board.created_at),
            "board_pins_modified_at": stamp(pins[-1].created_at if pins else board.created_at),
            "owner": {"username": board.owner.username},
            "collaborator_count": 0,
            "pin_count": len(pins),
            "follower_count": 0,
            "media": {"image_cover_url": covers[0] if covers else None, "pin_thumbnail_urls": covers[1:6]},
        }


def stamp(moment: datetime) -> str:
    """A time as the API writes it: UTC, to the second, and without saying so."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")

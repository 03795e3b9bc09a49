"""Instagram's replies as types."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, model_validator

from postwright.platforms.meta_login import Page
from postwright.platforms.meta_upload import UploadPhase
from postwright.platforms.wire import Wire

_SUBCODE = re.compile(r"\b2207\d{3}\b")


def _first_of_data(body: object) -> object:
    """The one object in `{"data": [{…}]}`, which some replies are wrapped in and some are not."""
    data = body.get("data") if isinstance(body, dict) else None
    return data[0] if isinstance(data, list) and data else body


def _names(value: object) -> object:
    """Permissions come as one string with commas, or as a list."""
    return tuple(name for name in value.split(",") if name) if isinstance(value, str) else value


class Created(Wire):
    """A container, a published post or a comment; `uri` is where the bytes of a resumable upload go."""

    id: str
    uri: str | None = None


class _VideoStatus(Wire):
    uploading_phase: UploadPhase = UploadPhase()


class Container(Wire):
    """How far Instagram is with a container."""

    status_code: str | None = None
    status: str | None = None
    video_status: Annotated[_VideoStatus, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = (
        _VideoStatus()
    )

    @property
    def ready(self) -> bool:
        """Whether it can be published; a reply that names no status says nothing against it."""
        return self.status_code in ("FINISHED", None)

    @property
    def subcode(self) -> str | None:
        """Why it failed. The vendor writes the number into `status` ("Error: … 2207026 …") and nowhere else."""
        found = _SUBCODE.search(self.status or "")
        return found.group() if found else None


class Post(Wire):
    """A published post as lists show it."""

    id: str
    caption: str | None = None
    media_type: str | None = None
    permalink: str | None = None
    timestamp: datetime | None = None


class ShortToken(Wire):
    """The reply to a code."""

    access_token: str
    user_id: str = ""
    permissions: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()

    unwrap = model_validator(mode="before")(staticmethod(_first_of_data))


class LongToken(Wire):
    """The reply to an exchange or a renewal."""

    access_token: str
    expires_in: int | None = None


class LoginFault(Wire):
    """How the token address refuses; unlike anything else of the vendor's."""

    error_message: str
    code: str | None = None
    error_type: str | None = None


class Profile(Wire):
    """The connected account itself. `user_id` is its public id; `id` is another for each app."""

    user_id: str | None = None
    id: str | None = None
    username: str = ""
    name: str | None = None
    account_type: str | None = None
    profile_picture_url: str | None = None

    unwrap = model_validator(mode="before")(staticmethod(_first_of_data))


class LinkedPage(Page):
    """A Page and the Instagram account that is linked to it."""

    instagram_business_account: Profile | None = None

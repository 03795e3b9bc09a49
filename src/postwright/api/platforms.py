"""The route that tells what platforms there are and what each of them takes."""

from fastapi import APIRouter
from pydantic import BaseModel

from postwright.platforms.registry import PlatformView, describe

router = APIRouter(tags=["platforms"])


class PlatformsReply(BaseModel):
    """All platforms."""

    platforms: list[PlatformView]


@router.get("/api/platforms")
async def list_platforms() -> PlatformsReply:
    """Each platform's logins, kinds of post, media rules, limits and options. Needs no credentials."""
    return PlatformsReply(platforms=list(describe()))

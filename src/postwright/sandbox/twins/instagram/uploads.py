"""What Instagram takes at rupload.facebook.com; the protocol is in ../meta/uploads.py.

Source: Meta, Instagram Platform "Content Publishing", section on resumable uploads.
"""

from postwright.sandbox.media import Stored
from postwright.sandbox.twins.instagram.containers import process_video
from postwright.sandbox.twins.instagram.limits import LARGEST_UPLOAD
from postwright.sandbox.twins.instagram.model import Container
from postwright.sandbox.twins.meta.nodes import Graph
from postwright.sandbox.twins.meta.uploads import Dock, Upload


def _open(container: Container) -> Upload | None:
    return None if container.file is not None or container.fault else container.upload


def _arrived(graph: Graph, container: Container, stored: Stored) -> None:
    process_video(graph.world, container, stored)


CONTAINERS = Dock(
    prefix="/ig-api-upload/",
    node=Container,
    largest=LARGEST_UPLOAD,
    done={"success": True, "message": "Upload successful. File is being processed."},
    upload=_open,
    arrived=_arrived,
)

"""Which methods each address knows, over all routes together: a single route knows only its own."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route


class Methods:
    """The methods of a set of routes."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = [(route.path_regex, route.methods or set()) for route in routes if isinstance(route, Route)]

    def at(self, path: str) -> frozenset[str]:
        """The methods that some route answers at this path."""
        return frozenset(name for regex, names in self._routes if regex.match(path) for name in names)

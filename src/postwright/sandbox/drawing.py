"""Draws landscapes: a sky, a sun, three ridges. Sizes and colours come from a Scene, nothing from a file."""

from dataclasses import dataclass

import pyvips

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """What to draw."""

    width: int
    height: int
    sky: tuple[Colour, Colour]
    """Top and horizon."""
    sun: Colour
    ridges: tuple[Colour, Colour, Colour]
    """Far to near."""
    sun_at: tuple[float, float] = (0.68, 0.34)
    """Centre, as fractions of the picture."""
    swing: float = 1.0
    """Shifts the ridges along the picture."""


def draw(scene: Scene) -> pyvips.Image:
    """The scene as an sRGB picture."""
    place = pyvips.Image.xyz(scene.width, scene.height)
    x, y = place[0], place[1]
    unit = min(scene.width, scene.height)
    picture = _blend(y / scene.height, scene.sky[1], _flat(x, scene.sky[0]))
    distance = ((x - scene.sun_at[0] * scene.width) ** 2 + (y - scene.sun_at[1] * scene.height) ** 2) ** 0.5
    picture = _blend((1 - distance / (unit * 0.62)) * 0.45, scene.sun, picture)
    picture = _blend((unit * 0.13 - distance) / 2 + 0.5, scene.sun, picture)
    for place_of, colour in enumerate(scene.ridges):
        picture = _blend(y - _ridge(x, scene, place_of, unit), colour, picture)
    return picture.cast("uchar").copy(interpretation="srgb")


def _ridge(x: pyvips.Image, scene: Scene, place: int, unit: int) -> pyvips.Image:
    """Height of a ridge above each column: two waves, lower and calmer the nearer it is."""
    turn = x * (360 / unit)
    phase = 130 * place * scene.swing + 40
    waves = (turn * (0.55 + 0.2 * place) + phase).sin() + (turn * (1.6 - 0.3 * place) + phase * 2).sin() * 0.35
    return waves * (unit * (0.075 - 0.012 * place)) + scene.height * (0.60 + 0.13 * place)


def _flat(like: pyvips.Image, colour: Colour) -> pyvips.Image:
    return (like * 0).bandjoin([0, 0]) + list(colour)


def _blend(share: pyvips.Image, colour: Colour, below: pyvips.Image) -> pyvips.Image:
    """Lay a colour over a picture where `share` (cut to 0-1) says so."""
    cut = (share > 0).ifthenelse((share < 1).ifthenelse(share, 1), 0)
    return below * (1 - cut) + pyvips.Image.bandjoin(cut * colour[0], [cut * colour[1], cut * colour[2]])

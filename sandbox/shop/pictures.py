"""A drawn picture for every product, as SVG of 600 by 600: its kind in its own colour on a soft ground. Pure.

The drawings (`drawings_*.py`) are templates: $c is the product's colour, $d darker, $l lighter, $a a companion, $k ink,
$m metal, $w paper, $y brass, $g leaf, $p pink, $s a seam.
"""

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final
from zlib import crc32

from sandbox.magento.product import Option, ShopProduct
from sandbox.shop.drawings_gear import GEAR
from sandbox.shop.drawings_home import HOME
from sandbox.shop.drawings_toys import TOYS
from sandbox.shop.drawings_wear import WEAR
from sandbox.shop.kinds import kind_of

SIDE: Final = 600

_DRAWINGS: Final[Mapping[str, Template]] = {
    kind: Template(drawn) for kind, drawn in {**WEAR, **GEAR, **HOME, **TOYS}.items()
}
_COLORS: Final[Mapping[str, str]] = {
    "black": "#3a3d45", "white": "#e3ddd0", "gray": "#9aa1a8", "charcoal": "#565b63", "silver": "#b7bec5",
    "navy": "#33507d", "teal": "#3d9490", "green": "#4e8a57", "olive": "#7d7f45", "mustard": "#d9a43b",
    "orange": "#e5823f", "terracotta": "#c8694a", "red": "#c9403f", "burgundy": "#87354a", "lavender": "#a99bcb",
    "brown": "#8a5f40", "beige": "#cfb795", "cream": "#ecdcbb", "pink": "#e3a1ad", "light_blue": "#86b4d6",
    "natural": "#d3aa74",
}  # fmt: skip
"""Option of `color` -> what it is painted with."""
_MATERIALS: Final = {"beech": "#a9764a", "cast_iron": "#50535b", "aluminum": "#8d959c"}
"""Material -> its own colour, where the product has none."""
_UNCOLORED: Final = ("#7c93ad", "#a9825f", "#6f9c8b", "#b9786b", "#8d86ab", "#b59a55")
_GROUNDS: Final = ("#eef1ea", "#f4ede2", "#e9eff3", "#f3e9e6", "#edebf3", "#f2f0e0")
_COMPANIONS: Final = ("#e2a33d", "#4f8f96", "#d9774e", "#7f9a5a", "#a985b5")
_SHADE: Final = 0.76
_TINT: Final = 0.45
_FIXED: Final = {"k": "#34363d", "m": "#aeb6bd", "w": "#fbf6ea", "y": "#e0b050", "g": "#6d9063", "p": "#ecb3b0"}


def picture_of(product: ShopProduct) -> str:
    """The picture of `product`; always the same for the same product."""
    seed = crc32(product.sku.encode())
    color = _color(product, seed)
    shade = _mixed(color, "#000000", _SHADE)
    drawing = _DRAWINGS[kind_of(product)].substitute(
        _FIXED,
        c=color,
        d=shade,
        l=_mixed(color, "#ffffff", 1 - _TINT),
        a=_COMPANIONS[seed % len(_COMPANIONS)],
        s=f'fill="none" stroke="{shade}" stroke-width="7"',
    )
    return _canvas(product.texts["en"].name, _GROUNDS[seed % len(_GROUNDS)], drawing, turn=seed)


def icon() -> str:
    """The shop's own sign: a fir under a roof."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" '
        'fill="#24584a"/>'
        '<path d="M32 10 L52 34 H40 L50 46 H14 L24 34 H12Z" fill="#fbf6ea"/><path d="M29 46 H35 V56 H29Z" '
        'fill="#e0b050"/></svg>'
    )


def _canvas(title: str, ground: str, drawing: str, *, turn: int) -> str:
    """The drawing on its ground: a paler disc, moved a little by `turn`, so that shelves do not look stamped."""
    x, y = 300 + turn // 7 % 5 * 14 - 28, 300 + turn // 31 % 5 * 10 - 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}" '
        f'role="img">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{SIDE}" height="{SIDE}" fill="{ground}"/><circle cx="{x}" cy="{y}" r="236" fill="#fff" '
        f'opacity=".6"/><ellipse cx="300" cy="508" rx="160" ry="13" fill="#000" opacity=".07"/>'
        f'<g stroke-linecap="round" stroke-linejoin="round">{drawing}</g></svg>'
    )


def _color(product: ShopProduct, seed: int) -> str:
    """Its own first colour, that of the first variant, that of its material, or one by chance."""
    own: tuple[Option, ...] = product.options.get("color", ())
    of_variants = [variant.options["color"] for variant in product.variants if "color" in variant.options]
    for option in (*own, *of_variants):
        return _COLORS[option.key]
    for material in product.options.get("material", ()):
        if material.key in _MATERIALS:
            return _MATERIALS[material.key]
    return _UNCOLORED[seed % len(_UNCOLORED)]


def _mixed(color: str, other: str, share: float) -> str:
    """`share` of `color`, the rest of `other`; both as #rrggbb."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)

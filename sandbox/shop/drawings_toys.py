"""Toys, as pieces of SVG on a canvas of 600 by 600; `pictures.py` says what $c is. Pure."""

from collections.abc import Mapping
from typing import Final

TOYS: Final[Mapping[str, str]] = {
    "bear": (
        '<circle cx="214" cy="150" r="46" fill="$c"/><circle cx="386" cy="150" r="46" fill="$c"/><circle cx="214" '
        'cy="150" '
        'r="24" fill="$l"/><circle cx="386" cy="150" r="24" fill="$l"/><ellipse cx="300" cy="412" rx="124" ry="96" '
        'fill="$c"/><ellipse cx="300" cy="420" rx="74" ry="62" fill="$l"/><circle cx="300" cy="220" r="122" '
        'fill="$c"/>'
        '<ellipse cx="300" cy="256" rx="54" ry="42" fill="$l"/><circle cx="256" cy="206" r="12" fill="$k"/><circle '
        'cx="344" '
        'cy="206" r="12" fill="$k"/><ellipse cx="300" cy="240" rx="18" ry="12" fill="$k"/><ellipse cx="186" '
        'cy="370" rx="42" '
        'ry="30" fill="$d"/><ellipse cx="414" cy="370" rx="42" ry="30" fill="$d"/>'
    ),
    "blocks": (
        '<rect x="120" y="336" width="146" height="146" rx="14" fill="$c"/><rect x="286" y="336" width="146" '
        'height="146" '
        'rx="14" fill="$a"/><rect x="200" y="178" width="146" height="146" rx="14" fill="$y"/><path d="M440 482 '
        "L516 482 L478 "
        '380Z" fill="$d"/><circle cx="193" cy="409" r="38" fill="$w"/><path d="M359 372 L396 446 H322Z" '
        'fill="$w"/><rect '
        'x="240" y="218" width="66" height="66" rx="8" fill="$w"/>'
    ),
    "puzzle": (
        '<path d="M130 180 H270 Q262 236 300 236 Q338 236 330 180 H470 V310 Q414 302 414 340 Q414 378 470 370 V480 '
        'H130Z" '
        'fill="$c"/><path d="M300 236 V480 M130 330 Q186 322 186 350 Q186 388 130 380 M186 340 H414" $s/><circle '
        'cx="216" '
        'cy="252" r="30" fill="$l"/><path d="M340 440 L384 386 L428 440Z" fill="$l"/>'
    ),
    "train": (
        '<rect x="112" y="252" width="180" height="150" rx="16" fill="$c"/><path d="M292 196 H470 V402 H292Z" '
        'fill="$d"/>'
        '<rect x="326" y="226" width="108" height="76" rx="10" fill="$w"/><path d="M150 252 V188 H202 V252Z" '
        'fill="$a"/>'
        '<path d="M138 176 H214 V198 H138Z" fill="$k"/><circle cx="176" cy="424" r="46" fill="$y"/><circle cx="286" '
        'cy="424" '
        'r="46" fill="$y"/><circle cx="408" cy="414" r="58" fill="$y"/><circle cx="176" cy="424" r="14" '
        'fill="$k"/><circle '
        'cx="286" cy="424" r="14" fill="$k"/><circle cx="408" cy="414" r="16" fill="$k"/>'
    ),
    "game": (
        '<rect x="120" y="190" width="360" height="270" rx="22" fill="$c"/><rect x="150" y="220" width="300" '
        'height="210" '
        'rx="10" fill="$l"/><path d="M150 290 H450 M150 360 H450 M250 220 V430 M350 220 V430" $s/><circle cx="200" '
        'cy="255" '
        'r="24" fill="$a"/><circle cx="300" cy="325" r="24" fill="$d"/><circle cx="400" cy="395" r="24" '
        'fill="$a"/><rect '
        'x="376" y="116" width="84" height="84" rx="16" fill="$w"/><circle cx="402" cy="142" r="8" '
        'fill="$k"/><circle cx="434" '
        'cy="174" r="8" fill="$k"/>'
    ),
    "kite": (
        '<path d="M330 84 L470 250 L300 400 L180 214Z" fill="$c"/><path d="M330 84 L470 250 L300 400Z" '
        'fill="$d"/><path '
        'd="M330 84 L300 400 M180 214 L470 250" fill="none" stroke="$w" stroke-width="7"/><path d="M300 400 Q240 '
        "440 290 470 "
        'Q330 496 270 520" fill="none" stroke="$k" stroke-width="7"/><path d="M262 436 l-30 -14 v32Z M262 436 l26 '
        '-20 4 32Z" '
        'fill="$a"/>'
    ),
}
"""Kind -> drawing."""

"""Which drawing shows a product: by a word of its address, else by its category. Pure."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from sandbox.magento.product import ShopProduct

_BY_WORD: Final[Mapping[str, str]] = {
    "parka": "parka", "puffer": "puffer", "insulated": "puffer", "vest": "vest", "gilet": "vest", "skirt": "skirt",
    "cardigan": "cardigan", "shirt": "tshirt", "overshirt": "shirt", "flannel": "shirt", "shorts": "shorts",
    "snowsuit": "overall", "overall": "overall", "overalls": "overall", "beanie": "beanie", "cap": "cap", "hat": "cap",
    "gloves": "gloves", "mittens": "gloves", "socks": "socks", "scarf": "scarf", "belt": "belt", "boots": "boots",
    "leggings": "pants", "tights": "pants", "raincoat": "jacket", "windbreaker": "jacket",
    "pajamas": "shirt", "tank": "vest",
    "roll-top": "rolltop", "suitcase": "suitcase", "duffel": "duffel", "weekender": "duffel", "tote": "tote",
    "shopper": "tote", "briefcase": "briefcase", "messenger": "briefcase", "organizer": "cards", "sleeve": "sleeve",
    "wallet": "wallet", "purse": "wallet", "holder": "cards", "waistpack": "beltbag", "cubes": "box",
    "passport": "cards", "clip": "cards", "backpack": "backpack", "garment": "briefcase", "tag": "cards",
    "mat": "mat", "block": "block", "strap": "strap", "bolster": "pillow", "tarp": "tarp", "chair": "chair",
    "stove": "stove", "lantern": "lantern", "headlamp": "headlamp", "bands": "bands", "dumbbells": "dumbbell",
    "kettlebell": "kettlebell", "rope": "rope", "roller": "roller", "helmet": "helmet", "bike-light": "bikelight",
    "light-set": "bikelight", "lock": "lock", "pump": "pump", "bell": "bell", "pannier": "pannier", "saddle": "pannier",
    "liner": "sleepingbag", "quilt": "sleepingbag", "cups": "cups", "bowl": "bowl", "bowls": "bowl", "plates": "plates",
    "press": "press", "jar": "jar", "jars": "jar", "knife-block": "knifeblock", "pan": "pan", "skillet": "pan",
    "pot": "pot", "casserole": "pot", "board": "board", "utensil": "utensils", "apron": "apron", "pillow": "pillow",
    "pillowcase": "pillow", "cushion": "pillow", "bathrobe": "robe", "desk": "desklamp", "clamp": "desklamp",
    "floor": "floorlamp", "pendant": "pendant", "garland": "garland", "rabbit": "rabbit", "candle": "candle",
    "curtains": "curtain", "throw": "throw", "blanket": "throw", "bedspread": "throw", "rug": "rug", "vase": "vase",
    "bear": "bear", "blocks": "blocks", "puzzle": "puzzle", "train": "train", "game": "game", "kite": "kite",
    "tumbler": "bottle", "dress": "dress", "umbrella": "umbrella", "mug": "mug", "quilted": "puffer", "pants": "pants",
    "running-belt": "beltbag", "felt-hat": "beanie", "tumblers": "cups", "basket": "box",
}  # fmt: skip
_BY_CATEGORY: Final[Mapping[str, str]] = {
    "jackets": "jacket", "dresses": "dress", "sweaters": "sweater", "t_shirts": "tshirt", "pants": "pants",
    "kids_clothes": "tshirt", "accessories": "scarf", "umbrellas": "umbrella", "backpacks": "backpack",
    "travel_bags": "duffel", "everyday_bags": "handbag", "laptop_bags": "briefcase", "wallets": "wallet",
    "running": "tshirt", "running_shoes": "shoe", "yoga_mats": "mat", "camping": "tent", "tents": "tent",
    "sleeping_bags": "sleepingbag", "bottles": "bottle", "fitness": "dumbbell", "cycling": "helmet",
    "kettles": "kettle", "tableware": "mug", "cookware": "pot", "knives": "knife", "bed_linen": "bed",
    "towels": "towel", "lighting": "lamp", "decor": "throw", "toys": "blocks",
}  # fmt: skip


def kind_of(product: ShopProduct) -> str:
    """The kind of drawing; `box` for what nothing is known of.

    Of several words of the address the last counts, and two together more than one.
    """
    words = product.url_key.split("-")
    pairs = [f"{one}-{two}" for one, two in pairwise(words)]
    said = [_BY_WORD[word] for word in (*words, *pairs) if word in _BY_WORD]
    if said:
        return said[-1]
    named = [_BY_CATEGORY[category.key] for category in product.categories if category.key in _BY_CATEGORY]
    return named[-1] if named else "box"

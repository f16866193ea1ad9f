"""The texts of a seeded product in both languages, as merchants write them: HTML, entities, directives. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.magento.product import Locale, Option, ProductText
from sandbox.magento.vocabulary import Adjective, Kind, Phrase

WIDGET = (
    '{{{{widget type="Magento\\Catalog\\Block\\Product\\Widget\\NewWidget" products_count="{n}" '
    'template="product/widget/new/content/new_grid.phtml"}}}}'
)
MEDIA = '<p><img src="{{{{media url="wysiwyg/{n}.jpg"}}}}" alt="" /></p>'


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of a product. title: brand and series. mark: an HTML entity behind the series, or nothing.

    directive: a Magento template directive, or nothing. litres: 0 where a capacity makes no sense.
    """

    kind: Kind
    title: str
    adjective: Adjective
    material: Option
    features: Sequence[Phrase]
    use: Phrase
    mark: str
    directive: str
    litres: int
    grams: int


def tell(story: Story) -> dict[Locale, ProductText]:
    """The texts of every language."""
    return {"en": _english(story), "ru": _russian(story)}


def _english(story: Story) -> ProductText:
    noun = f"{story.adjective.en} {story.kind.en}"
    material = story.material.labels["en"].lower()
    features = "".join([f"<li>{feature.en}</li>" for feature in story.features])
    free = {"weight_text": f"{story.grams} g"}
    if story.litres:
        free["capacity"] = f"{story.litres} l"
    return ProductText(
        name=f"{story.title} {noun}",
        short_description=f"<p>{noun} of {material}. {story.use.en}</p>",
        description=(
            f"<p>The {story.title}{story.mark} is a {noun.lower()} made of&nbsp;{material}.</p>\n"
            f"<ul>{features}</ul>\n<p>{story.use.en}</p>{story.directive}"
        ),
        free=free,
    )


def _russian(story: Story) -> ProductText:
    noun = f"{story.adjective.ru[story.kind.gender]} {story.kind.ru}"
    material = story.material.labels["ru"].lower()
    features = "".join([f"<li>{feature.ru}</li>" for feature in story.features])
    free = {"weight_text": f"{story.grams} г"}
    if story.litres:
        free["capacity"] = f"{story.litres} л"
    return ProductText(
        name=f"{noun} {story.title}",
        short_description=f"<p>{noun}, материал: {material}. {story.use.ru}</p>",
        description=(
            f"<p>{noun} {story.title}{story.mark}&nbsp;&mdash; материал: {material}.</p>\n"
            f"<ul>{features}</ul>\n<p>{story.use.ru}</p>{story.directive}"
        ),
        free=free,
    )

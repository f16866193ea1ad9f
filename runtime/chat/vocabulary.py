"""Words the rules of `followup` and `language` know, Russian and English, in lower case. Pure."""

from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


CHEAPER: Final = _set("cheaper cheapest дешевле подешевле бюджетнее")
DEARER: Final = _set("pricier dearer costlier подороже дороже")

COMPARATIVES: Final = _set(
    "bigger smaller larger lighter heavier darker brighter warmer cooler longer shorter wider softer another else",
    "other others similar same more",
    "больше побольше меньше поменьше легче полегче теплее потеплее темнее потемнее светлее посветлее длиннее подлиннее",
    "короче покороче мягче помягче крупнее покрупнее ещё еще другой другая другое другие похожий похожая похожие",
    "других такой такая такое такие такого таких",
)
PRONOUNS: Final = _set(
    "it its this that these those they them one ones both either first second third last former latter",
    "он она оно они его её ее их него неё нее них ним ней этот эта это эти этого этой этих тот та те",
    "первый первая первое второй вторая второе третий третья третье последний последняя оба обе",
)
OPENERS: Final = _set("and or but а и или но")
AVAILABILITY: Final = _set("any are available come comes do does got have is it there you бывает есть имеется ли у вас")
"""What may stand before the preposition of a mere detail: "do you have in black?", «есть в чёрном цвете?»."""
PREPOSITIONS: Final = _set("in with without for of в во с со без для из на под")

EMPTY: Final = _set(
    "a about am an any anything are available be can cost could do does expensive find get give got has have hello hi",
    "how i if is like looking me much my need not please price recommend see sell show some something tell than thanks",
    "the there to too us very want was we what when where which who why will would yes you your",
    "бы был была быть вам вас вы где дайте день для добрый есть здравствуйте как какая какие какой какое какую ли меня",
    "мне можно мой мы надо найди найдите не нет нужен нужна нужно нужны о об от очень пожалуйста подскажите покажи",
    "покажите посоветуйте при расскажите сколько спасибо стоит стоят так там тоже у уже хотел хотела хотелось хочу",
    "цвет цвета цвете цена цены что чтобы",
)
"""Words that carry no product: greetings, politeness, the grammar of asking."""

ENGLISH: Final = _set(
    "a about an and any anything are at available be best bigger buy can cheap cheaper cheapest could delivery do does",
    "find for from gift give good have hello help hi how i in is it less like long looking me more my need new of on",
    "one or please price recommend see sell shipping show size small smaller some something stock than thanks that the",
    "these they this to under want warm what when where which who with without would you your",
)
"""Words that show English; a brand or a model's name holds none of them."""

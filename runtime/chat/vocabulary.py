"""Words the rules of `followup` and `language` know, Russian and English, in lower case. Pure."""

from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


COMPARATIVES: Final = _set(
    "best better biggest bigger brighter brightest coolest cooler darker darkest heavier heaviest larger largest",
    "lighter lightest longer longest newer newest shorter shortest simpler smaller smallest softer softest stronger",
    "strongest thicker thickest thinner thinnest warmer warmest wider widest most least",
    "больше меньше легче мягче крупнее короче шире тоньше толще ярче лучше проще крепче теплее темнее светлее длиннее",
    "самый самая самое самые самую самого самой самых самым",
)
"""What only means something beside what was shown before, or beside a noun of its own."""
MORE: Final = _set(
    "another else other others similar same more alternative alternatives prefer",
    "ещё еще другой другая другое другие других другую похожий похожая похожие похожее аналог аналоги",
    "такой такая такое такие такого таких такую вариант варианта варианты вариантов альтернатива альтернативы",
    "предпочитаю предпочла предпочёл предпочел",
)
"""What asks for more of what was shown before."""
PRONOUNS: Final = _set(
    "it its it's this that that's these those they them they're one ones both either first second third last former",
    "latter",
    "он она оно они его её ее их него неё нее них ним ней этот эта это эти этого этой этих тот та те",
    "первый первая первое второй вторая второе третий третья третье последний последняя оба обе",
)
OPENERS: Final = _set("and or but а и или но")
ADDITIVES: Final = _set("also another too ещё еще также тоже")
"""With a noun behind them they add a subject: "I also need a tent", «ещё нужна палатка»."""
AVAILABILITY: Final = _set("any are available come comes do does got have is it there you бывает есть имеется ли у вас")
"""What may stand before the preposition of a mere detail: "do you have in black?", «есть в чёрном цвете?»."""
QUALITIES: Final = _set(
    "beige black blue brown dark gold gray green grey light navy orange pink purple red silver turquoise violet white",
    "yellow big large medium small tiny long short narrow wide thick thin slim heavy soft warm xs s m l xl xxl xxxl",
    "canvas cotton denim fleece glass leather linen merino nylon plastic polyester silk steel suede wood wooden wool",
    "men men's women women's kids kids' unisex new simple bright plain м",
    "голубой большой золотой цветной синий синие зимний зимние летний летние",
)
"""Colours, sizes, materials: they describe a product and are none. Most Russian ones are known by their endings."""
PROPERTIES: Final = _set(
    "brand budget capacity composition delivery dimensions height length material payment quality return returns",
    "reviews shipping stock volume warranty weight width",
    "бренд бюджет вес возврат высота гарантия габариты доставка доставку длина качество материал наличие наличии",
    "объём объем оплата отзывы состав ширина",
)
"""What a product or its sale has: asked about what was shown before, never a subject of its own."""
PREPOSITIONS: Final = _set("in with without for of в во с со без для из на под")
NEGATORS: Final = _set("not no without except без кроме не")
"""What excludes the thing behind it."""
SHOP: Final = _set(
    "catalog catalogue shop store ассортименте каталоге магазин магазина магазине",
)
"""Who asks about the whole of it leans on nothing."""

EMPTY: Final = _set(
    "a about alright am an any anything are available be bit can choice choices color colors colour colours cost",
    "could do does expensive fine find get give good got great has have hello hey hi how i if in is item items just",
    "kind kinds like little looking lot many me model models much my need nice no nope not ok okay option options",
    "only please price prices product products rather recommend see sell shade shades show size sizes slightly",
    "some something stuff sure tell than thank thanks the there thing things to too type types us very want was we",
    "what when where",
    "which who why will would hmm oh so well wow yeah yep yes you your",
    "don't i'd i'm isn't there's what's",
    "ага бы был была быть вам вас вещи вещь взять вы выбрать где да дайте день для добрый есть здравствуйте как какая",
    "какие какой какое какую ладно ли меня мне модели модель моделей можно мой мы надо найди найдите не нет нужен",
    "нужна нужно нужны о об ок окей от очень пожалуйста подскажите покажи покажите понятно порекомендуете",
    "порекомендуешь порекомендуй порекомендуйте посоветуете посоветуешь посоветуй посоветуйте привет при расскажите",
    "рекомендуете рекомендуешь сколько советуете советуешь спасибо стоит стоят так там товар товара товаров товары",
    "тоже у уже хорошо хотел хотела хотелось хочу",
    "цвет цвета цвете цена цены ценам цене что чтобы что-то что-нибудь какие-нибудь какой-нибудь какие-то немного",
    "любая любого любое любой любую любые ну оттенка оттенков оттенок хм",
    "почем почём стоимость",
    "лишь только нравится нравятся размер размера размере размеры чуть",
)
"""Words that carry no product: greetings, politeness, the grammar of asking, nouns for any product at all."""

BESIDE_A_PLACE: Final = _set(
    "better between cheaper choice color colors colour compare detail details difference from item items link list",
    "model models more one ones option options please price product products size sizes tell thing variant versus vs",
    "беру вариант варианта варианте варианту возьму дешевле из листа лучше модели модель номер отличается отличаются",
    "подойдет подойдёт подробнее покажи покажите размер размеры разница расскажи расскажите списка сравни сравните",
    "сравнить ссылка ссылку товар товара товаре товару хочу цвет цвета цена цену",
)
"""What may stand beside "the second" where it means a thing shown before; anything else is "first aid"."""
FURTHER: Final = _set(
    "alternative alternatives another else further more other others rest",
    "альтернатива альтернативы дальше далее другая другие другого другое другой другую других еще ещё остальное",
    "остальные следующие",
)
"""What asks for those that were not shown yet."""

ENGLISH: Final = _set(
    "a about an and any anything are at available be best bigger buy can cheap cheaper cheapest could delivery do does",
    "find for from gift give good have hello help hi how i in is it less like long looking me more my need new of on",
    "one or please price recommend see sell shipping show size small smaller some something stock than thanks that the",
    "these they this to under want warm what when where which who with without would you your",
)
"""Words that show English; a brand or a model's name holds none of them."""

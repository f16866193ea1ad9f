"""Words beside a code, and what has letters and digits without being one, Russian and English. Pure."""

import re
from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


ANNOUNCING: Final = _set(
    "sku ean upc gtin isbn barcode mpn артикул артикула артикулу артикулом арт штрихкод штрихкода штрихкоду",
    "штрих-код штрих-кода партномер партномера",
)
"""Behind these stands a code, and nothing else does."""

ASKING: Final = _set(
    "a about an and any are available be buy by can check code compare could do does find for get give got have",
    "hello hi how i i'd i'm id in is it item looking me much my need no number of on or order part please price",
    "product search see sell show",
    "stock tell that the there this want what where which with would you your vs versus model",
    "а вас вам в во где дайте для добрый день его ее её есть за здравствуйте или и имеется интересует искать код кода",
    "купить ли мне можно модель модели найди найдите найти наличие наличии нет номер номера номеру нужен нужна нужно",
    "нужны о об он она они от по подскажите покажи покажите поиск пожалуйста привет с сколько со сравни сравните стоит",
    "стоят товар товара товару товары у хочу цена цену цены что это этот эта эти заказать закажу ищу ищем",
    "size color colour размер размера размере цвет цвета цвете",
)
"""Words that ask, and say nothing of what is asked for."""

PRICE: Final = _set(
    "to under over below above between from max min up than cost costs usd eur gbp rub dollar dollars euro euros ruble",
    "rubles rouble roubles до от свыше больше меньше более менее дороже дешевле около р руб рубль рубля рублей рублям",
    "тыс тысяч тысячи тысяча доллар доллара долларов евро бюджет",
)
"""Beside these a number is a price, or a bound of something else."""

VARIANT: Final = _set(
    "xxs xs s m l xl xxl xxxl xxxxl small medium large extra one black white gray grey red orange yellow green blue",
    "navy purple violet pink brown beige gold silver",
    "черный чёрный черная чёрная черное чёрное черные чёрные белый белая белое белые серый серая серое серые красный",
    "красная красное красные оранжевый оранжевая оранжевое оранжевые желтый жёлтый желтая жёлтая желтое жёлтое желтые",
    "жёлтые зеленый зелёный зеленая зелёная зеленое зелёное зеленые зелёные синий синяя синее синие голубой голубая",
    "голубое голубые розовый розовая розовое розовые коричневый коричневая коричневое коричневые бежевый бежевая",
    "бежевое бежевые фиолетовый фиолетовая фиолетовое фиолетовые",
)
"""Sizes and colours: the code of a variant has them in it, and a question may say them beside the code."""

_UNITS: Final = "|".join(
    sorted(
        _set(
            "mm cm dm m km in inch inches ft feet yd mg g gr kg lb lbs oz ct ml cl l gal qt pt mah ah wh kwh w kw v kv",
            "a hz khz mhz ghz kb mb gb tb mbps gbps bit fps dpi ppi px p i k mp lm lx db rpm psi bar c f d den gsm awg",
            "pc pcs pk ply way x st nd rd th s ms sec min h hr hrs yr yrs mo t y",
            "мм см дм м км мг г гр кг мл л мач ач вт квт в кв а гц кгц мгц ггц кб мб гб тб лм лк дб бар мп шт ч мин",
            "сек дн мес лет год х к т р руб тыс я й ый ой ая ое ые го",
        ),
        key=len,
        reverse=True,
    )
)
_AMOUNT: Final = r"\d{1,6}(?:[.,/]\d{1,4})?"

ORDINARY: Final = re.compile(
    rf"""
    (?:{_AMOUNT}-)?(?:{_AMOUNT}-?(?:{_UNITS})){{1,4}}          # 500ml 1080p 5g 4k 2-pk 6-12m 12v7ah 21st
  | {_AMOUNT}-?[^\W\d_]{{4,20}}                                # 3-person 12months 5-литровый
  | {_AMOUNT}(?:[xх*]{_AMOUNT}){{1,3}}(?:{_UNITS})?            # 2x2 90x200cm
  | \d{{1,3}}-?(?:in|в)-?\d{{1,3}}                             # 3in1
  | [^\W\d_]{{4,20}}[-./]?[1-9]\d{{0,2}}[^\W\d_]{{0,2}}        # covid-19 iphone15 iphone15s
  | [^\W\d_]{{1,20}}-?\d{{1,2}}\.\d{{1,2}}                     # usb3.0
  | \d{{1,4}}[.,]\d{{1,4}}[^\W\d_]{{1,3}}                      # 802.11ac
  | (?:eu|eur|us|uk|ru|rus|it|fr|de)[-./]?\d{{2,3}}(?:[.,]5)?  # eu42
  | \d{{2,3}}-?(?:a{{1,3}}|b{{1,2}}|c|d{{1,3}}|e{{1,2}}|f|g)   # 36dd
  | w\d{{2}}[-/]?l?\d{{2}}                                     # w32l34
  | \d{{1,2}}w-?\d{{2}}                                        # 5w30
  | \d{{3}}/\d{{2}}-?z?r?\d{{2}}[^\W\d_]{{0,2}}                # 225/45r17
  | m\d{{1,2}}x\d{{1,3}}                                       # m4x20
  | ip[x\d]\d?k?                                               # ip68
    """,
    re.VERBOSE,
)
"""What a whole word in lower case with letters and digits usually is when it is no code: measures, sizes, ordinals,
versions, classes, and a name with its number. Every repetition is bounded."""

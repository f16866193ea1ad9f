"""What the storefront says, in the store view's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.magento.product import Locale


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed texts of the pages in one language."""

    other_language: str
    motto: str
    welcome: str
    lead: str
    departments: str
    chosen: str
    reduced: str
    home: str
    in_stock: str
    out_of_stock: str
    variants: str
    details: str
    related: str
    demo_button: str
    demo_note: str
    footer: str
    help: str
    help_lead: str
    help_more: str
    not_found: str
    not_found_lead: str
    back_home: str
    skip: str
    before: str
    trail: str
    counted: tuple[str, ...]


WORDS: Final[Mapping[Locale, Words]] = {
    "en": Words(
        other_language="По-русски",
        motto="Outdoor and home, made to last",
        welcome="Good things for outside and for coming home",
        lead="Jackets that take the weather, bags that take the week, and a mug for afterwards. Ask our assistant: it "
        "knows every shelf.",
        departments="Departments",
        chosen="Picked for you",
        reduced="On sale",
        home="Home page",
        in_stock="In stock",
        out_of_stock="Out of stock",
        variants="Options",
        details="Details",
        related="Next to it on the shelf",
        demo_button="This is a demo: nothing can be bought",
        demo_note="Northfold is a made-up shop that shows what Vitrina does. Brands, products and prices are invented.",
        footer="Northfold · a demo shop",
        help="Help and contacts",
        help_lead="Northfold is a demo: nothing is sold or delivered here, and nobody answers the phone.",
        help_more="In a real shop this page tells of delivery, returns and opening hours; the assistant leads to it.",
        not_found="There is no such page",
        not_found_lead="Perhaps the product is sold out for good, or the address has a typo.",
        back_home="Back to the home page",
        skip="Skip to the content",
        before="Was {price}",
        trail="You are here",
        counted=("{n} product", "{n} products"),
    ),
    "ru": Words(
        other_language="In English",
        motto="Вещи для улицы и дома, которые служат долго",
        welcome="Хорошие вещи, чтобы выйти из дома и чтобы вернуться",
        lead="Куртки, которым не страшна погода, сумки на всю неделю и кружка на вечер. Спросите помощника: он знает, "
        "что лежит на каждой полке.",
        departments="Отделы",
        chosen="Выбрали для вас",
        reduced="Со скидкой",
        home="Главная",
        in_stock="В наличии",
        out_of_stock="Нет в наличии",
        variants="Варианты",
        details="Характеристики",
        related="Рядом на полке",
        demo_button="Это демонстрация: купить ничего нельзя",
        demo_note="«Нортфолд» — выдуманный магазин, он показывает, что умеет Vitrina. Марки, товары и цены придуманы.",
        footer="Нортфолд · демонстрационный магазин",
        help="Помощь и контакты",
        help_lead="«Нортфолд» — демонстрация: здесь ничего не продают и не доставляют, и трубку никто не снимет.",
        help_more="В настоящем магазине на этой странице доставка, возврат и часы работы; помощник ведёт сюда.",
        not_found="Такой страницы нет",
        not_found_lead="Возможно, товар больше не продаётся или в адресе опечатка.",
        back_home="На главную",
        skip="Перейти к содержанию",
        before="Было {price}",
        trail="Вы здесь",
        counted=("{n} товар", "{n} товара", "{n} товаров"),
    ),
}


def counted(n: int, locale: Locale) -> str:
    """`n` products, in the form the number asks for."""
    forms = WORDS[locale].counted
    if locale == "en":
        return forms[n != 1].format(n=n)
    if n % 10 == 1 and n % 100 != 11:
        return forms[0].format(n=n)
    few = n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14)
    return forms[1 if few else 2].format(n=n)

"""Sentences of ours for turns that are not about products: polite, and with nothing invented in them. Pure."""

from collections.abc import Mapping
from typing import Final

from runtime.chat.intent import Aside
from runtime.retrieval.language import Language, Texts
from shared.stores import LinkKind, StoreView

_REPLIES: Final[Mapping[str, Texts]] = {
    "greeting": {
        "en": "Hello! I am the assistant of {title}. What are you looking for?",
        "ru": "Здравствуйте! Я ассистент магазина {title}. Что вы ищете?",
    },
    "thanks": {
        "en": "You are welcome! If you need anything else, just ask.",
        "ru": "Пожалуйста! Если понадобится что-то ещё, спрашивайте.",
    },
    "farewell": {"en": "Goodbye! Come again.", "ru": "До свидания! Заходите ещё."},
    "assistant": {
        "en": (
            "I am the automatic assistant of {title}: I search its catalogue, compare products, and tell prices and "
            "stock. What are you looking for?"
        ),
        "ru": (
            "Я автоматический ассистент магазина {title}: ищу в каталоге, сравниваю товары, подсказываю цены и "
            "наличие. "
            "Что вы ищете?"
        ),
    },
    "promo": {
        "en": "I know of no promo codes and cannot give any. I can look for the best price in the catalogue, though.",
        "ru": "Промокодов я не знаю и выдать не могу. Зато могу поискать в каталоге самую выгодную цену.",
    },
    "abuse": {
        "en": "Let us keep it friendly. I am glad to help you choose a product.",
        "ru": "Давайте общаться уважительно. Я с радостью помогу выбрать товар.",
    },
    "off_topic": {
        "en": "I cannot help with that: I am here for the products of {title}. What are you looking for?",
        "ru": "С этим я не помогу: я здесь, чтобы подбирать товары магазина {title}. Что вы ищете?",
    },
}

ALL_SHOWN: Final[Texts] = {
    "en": "These were all the products that fit.",
    "ru": "Это были все подходящие товары.",
}
"""Where more is asked for than there is."""

_ON_PAGE: Final[Mapping[LinkKind, Texts]] = {
    "delivery": {
        "en": "Everything about delivery is on this page: {link}",
        "ru": "Всё о доставке — на этой странице: {link}",
    },
    "returns": {
        "en": "Everything about returns and exchanges is on this page: {link}",
        "ru": "Всё о возврате и обмене — на этой странице: {link}",
    },
    "contacts": {"en": "You can reach the shop here: {link}", "ru": "Связаться с магазином можно здесь: {link}"},
    "privacy": {
        "en": "How the shop handles personal data is on this page: {link}",
        "ru": "Как магазин обращается с персональными данными — на этой странице: {link}",
    },
}
_UNKNOWN: Final[Mapping[LinkKind, Texts]] = {
    "delivery": {
        "en": "I do not know the delivery terms; please look at the shop's site or ask its staff.",
        "ru": "Условий доставки я не знаю: посмотрите на сайте магазина или спросите его сотрудников.",
    },
    "returns": {
        "en": "I do not know the terms of returns and exchanges; please look at the shop's site or ask its staff.",
        "ru": "Условий возврата и обмена я не знаю: посмотрите на сайте магазина или спросите его сотрудников.",
    },
    "contacts": {
        "en": "I do not know how to reach the shop's staff; please look at the shop's site.",
        "ru": "Контактов сотрудников я не знаю: посмотрите на сайте магазина.",
    },
    "privacy": {
        "en": "I do not know how the shop handles personal data; please look at its site.",
        "ru": "Как магазин обращается с персональными данными, я не знаю: посмотрите на его сайте.",
    },
}


def reply_to(aside: Aside, store: StoreView, *, language: Language) -> str:
    """The whole answer to a turn that is not about products."""
    match aside:
        case "delivery" | "returns" | "contacts" | "privacy":
            return on_service(aside, store, language=language)
        case _:
            return _REPLIES[aside][language].format(title=store.title)


def on_service(service: LinkKind, store: StoreView, *, language: Language) -> str:
    """One honest sentence: where it stands, or that we do not know."""
    link = store.links.get(service)
    return _ON_PAGE[service][language].format(link=link) if link else _UNKNOWN[service][language]

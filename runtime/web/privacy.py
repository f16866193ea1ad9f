"""`GET /privacy`: what the assistant does with what it is asked, for shoppers and for the Custom GPT directory."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from runtime.web.visitors import SECONDS
from shared.stores import StoreView

TEXTS: Final = {
    "en": (
        "{title}: how the shop assistant handles questions\n\n"
        "A question is used to search the shop's catalogue and to write the answer. It may be sent to the language "
        "model and embedding services the shop has chosen.{masking} {keeping} technical records hold the time, the "
        "address asked and the outcome. No account is needed and no cookies are set.\n\n"
        "For rate limits the browser keeps a random visitor number. It says nothing about anybody and holds for "
        "{minutes} minutes after the last page with the assistant on it. How much was asked is counted under it, or "
        "under the network address where there is none, for about a day. The conversation itself is kept in the "
        "browser, from the first question until it is cleared there.\n\n"
        "Whoever rates an answer leaves the rating in the technical records, and the words that go with it; what is "
        "personal in them (numbers of phones, cards and papers, e-mail addresses) is masked before.\n\n"
        "Whoever asks through a Custom GPT talks to ChatGPT, under the terms and the privacy policy of OpenAI. "
        "ChatGPT sends the shop what is to be searched for, and not the conversation."
    ),
    "ru": (
        "{title}: как помощник магазина обращается с вопросами\n\n"
        "Вопрос используется, чтобы найти товары в каталоге и составить ответ. Он может передаваться выбранным "
        "магазином сервисам языковой модели и векторного поиска.{masking} {keeping} технические записи содержат время, "
        "адрес запроса и результат. Учётная запись не нужна, файлы cookie не используются.\n\n"
        "Для ограничения частоты запросов браузер хранит случайный номер посетителя. Он ничего не говорит о человеке и "
        "действует {minutes} минут после последней страницы с помощником. По нему, а где его нет — по сетевому адресу, "
        "около суток считается, сколько было вопросов. Сам разговор хранится в браузере, с первого вопроса и пока "
        "его там не удалят.\n\n"
        "Оценка ответа и слова, которые к ней добавлены, остаются в технических записях; личное в них (номера "
        "телефонов, карт и документов, адреса электронной почты) перед этим скрывается.\n\n"
        "Тот, кто спрашивает через Custom GPT, говорит с ChatGPT по условиям и политике конфиденциальности OpenAI. "
        "Магазину ChatGPT передаёт то, что нужно найти, а не сам разговор."
    ),
}
MASKING: Final = {
    "en": " Phone numbers, e-mail addresses, cards, passports and tax numbers in it are masked before.",
    "ru": " Номера телефонов, карт и паспортов, ИНН и адреса электронной почты в нём перед этим скрываются.",
}
KEEPING: Final = {
    False: {
        "en": "Questions and answers are not kept by the assistant and not written to its logs;",
        "ru": "Помощник не хранит вопросы и ответы и не пишет их в журналы;",
    },
    True: {
        "en": "So that the shop learns what is asked for and not found, questions are kept for a while with the "
        "products that were found: without phone numbers, e-mail addresses, cards, passports and tax numbers, and "
        "without a word of who asked. Answers are not kept;",
        "ru": "Чтобы магазин знал, что спрашивают и чего не находят, вопросы некоторое время хранятся вместе с "
        "найденными товарами: без телефонов, адресов электронной почты, номеров карт, паспортов и ИНН и без указания, "
        "кто спросил. Ответы не хранятся;",
    },
}
"""By whether the shop has opted in to answer events."""
MORE: Final = {"en": "The shop's privacy policy: {link}", "ru": "Политика конфиденциальности магазина: {link}"}


def build_privacy_router(stores: Sequence[StoreView], *, masked: bool, kept: bool) -> APIRouter:
    """`/privacy`: one section per store view, in its language. masked: whether personal data in questions are. kept:
    whether questions are.
    """
    router = APIRouter(tags=["operations"])
    text = "\n\n\n".join(privacy_text(store, masked=masked, kept=kept) for store in stores) + "\n"

    @router.get("/privacy", operation_id="privacy", response_class=PlainTextResponse)
    async def privacy() -> PlainTextResponse:
        """The privacy text of every store view."""
        return PlainTextResponse(text)

    return router


def privacy_text(store: StoreView, *, masked: bool = True, kept: bool = False) -> str:
    """The privacy text of one store view, with the shop's own policy when its link is set."""
    language = store.language if store.language in TEXTS else "en"
    masking = MASKING[language] if masked else ""
    keeping = KEEPING[kept][language]
    parts = [TEXTS[language].format(title=store.title, masking=masking, keeping=keeping, minutes=SECONDS // 60)]
    if link := store.links.get("privacy"):
        parts.append(MORE[language].format(link=link))
    return "\n\n".join(parts)

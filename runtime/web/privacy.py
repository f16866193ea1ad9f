"""`GET /privacy`: what the assistant does with what it is asked, for shoppers and for the Custom GPT directory."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from shared.stores import StoreView

TEXTS: Final = {
    "en": (
        "{title}: how the shop assistant handles questions\n\n"
        "A question is used to search the shop's catalogue and to write the answer. It may be sent to the language "
        "model and embedding services the shop has chosen. Questions and answers are not kept by the assistant and "
        "not written to its logs; technical records hold the time, the address asked, the outcome and, for rate "
        "limits, the network address. No account is needed and no cookies are set."
    ),
    "ru": (
        "{title}: как помощник магазина обращается с вопросами\n\n"
        "Вопрос используется, чтобы найти товары в каталоге и составить ответ. Он может передаваться выбранным "
        "магазином сервисам языковой модели и векторного поиска. Помощник не хранит вопросы и ответы и не пишет их "
        "в журналы; технические записи содержат время, адрес запроса, результат и, для ограничения частоты, сетевой "
        "адрес. Учётная запись не нужна, файлы cookie не используются."
    ),
}
MORE: Final = {"en": "The shop's privacy policy: {link}", "ru": "Политика конфиденциальности магазина: {link}"}


def build_privacy_router(stores: Sequence[StoreView]) -> APIRouter:
    """`/privacy`: one section per store view, in its language."""
    router = APIRouter(tags=["operations"])
    text = "\n\n\n".join(privacy_text(store) for store in stores) + "\n"

    @router.get("/privacy", operation_id="privacy", response_class=PlainTextResponse)
    async def privacy() -> PlainTextResponse:
        """The privacy text of every store view."""
        return PlainTextResponse(text)

    return router


def privacy_text(store: StoreView) -> str:
    """The privacy text of one store view, with the shop's own policy when its link is set."""
    language = store.language if store.language in TEXTS else "en"
    parts = [TEXTS[language].format(title=store.title)]
    if link := store.links.get("privacy"):
        parts.append(MORE[language].format(link=link))
    return "\n\n".join(parts)

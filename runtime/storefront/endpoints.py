"""`GET /api/v1/widget/config`: what a page needs to know of the chat, and a token that tells its visitor apart."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from runtime.web.admission import caller_of, guarded_route
from runtime.web.auth import Door
from runtime.web.errors import ErrorBody
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import MODEL, Storefronts
from runtime.web.visitors import Visitors
from shared.stores import LinkKind, StoreView

PATH: Final = "/api/v1/widget/config"
CONFIG_RATE: Final = "600/minute"
"""Of one visitor, and of all new ones of an address: of an office or a mobile network each page of each shopper."""
FRESH_SECONDS: Final = 10
"""The widget asks every 40 to 45 s: a chat that is switched off is gone from the pages within a minute."""

Suggest = Callable[[StoreView], Sequence[str] | None]
"""Questions to begin with that find products; None while that is not known. Never raises."""

_MAX_CODE: Final = 200


class Visitor(BaseModel):
    """Who the shopper is to the limits."""

    token: str = Field(description="Sent along with every question, as x-vitrina-visitor.")
    expires_in: int = Field(description="Seconds; ask again before, with the token, to go on as the same visitor.")


class WidgetConfig(BaseModel):
    """What a page needs to know of the chat."""

    enabled: bool = Field(description="false: show no launcher; the shop has switched its assistant off.")
    store: str = Field(description="Store code.")
    name: str = Field(description="The store's name, as shoppers know it.")
    locale: str
    currency: str
    model: str = Field(description="Model id of the store view.")
    links: dict[LinkKind, str] = Field(description="The shop's own pages: delivery, returns, contacts, privacy.")
    sites: list[str] = Field(
        description="Addresses of the shop. Their hosts, the page's own and those of `links` are the only ones that "
        "cards and answers lead to or load pictures from."
    )
    suggestions: list[str] = Field(
        description="Questions to begin with, in the store's language, at most four; each was seen to find products."
    )
    version: str = Field(description="Of the runtime.")
    visitor: Visitor | None = Field(description="null while the chat is switched off.")


def build_storefront_router(
    storefronts: Storefronts, *, door: Door, limit: RateLimit, visitors: Visitors, enabled: bool, suggest: Suggest
) -> APIRouter:
    """The widget's route, behind `door` and `limit`. enabled: whether the chat is switched on."""
    # Read once: it is looked for in files.
    release = version("vitrina")
    router = APIRouter(tags=["widget"], route_class=guarded_route(door, limit, visitors=visitors))

    @router.get(
        PATH,
        operation_id="widgetConfig",
        responses={status: {"model": ErrorBody} for status in (400, 401, 404, 429)},
    )
    async def widget_config(
        request: Request,
        response: Response,
        store: Annotated[
            str | None, Query(max_length=_MAX_CODE, description="Store code; the default store's without.")
        ] = None,
    ) -> WidgetConfig:
        """What a page needs to know of the chat. Sent with a token that still holds, it gives a newer one of the same
        visitor."""
        caller = caller_of(request)
        chosen = storefronts.choose(store, scope=caller.store)
        visitor = _visitor(visitors, caller.visitor) if enabled else None
        suggestions = suggest(chosen) if enabled else ()
        # Nobody but this browser may keep it: it holds the visitor's token. What is not whole yet nobody at all.
        kept = "no-store" if suggestions is None else f"private, max-age={FRESH_SECONDS}"
        response.headers["cache-control"] = kept
        return _config(chosen, enabled=enabled, visitor=visitor, suggestions=suggestions or (), release=release)

    return router


def _visitor(visitors: Visitors, known: str | None) -> Visitor:
    token = visitors.issue(known)
    return Visitor(token=token.text, expires_in=token.expires_in)


def _config(
    store: StoreView, *, enabled: bool, visitor: Visitor | None, suggestions: Sequence[str], release: str
) -> WidgetConfig:
    return WidgetConfig(
        enabled=enabled,
        store=store.code,
        name=store.title,
        locale=store.locale,
        currency=store.currency,
        model=f"{MODEL}-{store.code}",
        links=store.links,
        sites=[address for address in (store.base_url, store.media_url, *store.sites) if address],
        suggestions=list(suggestions),
        version=release,
        visitor=visitor,
    )

"""`GET /widget.js`, and the same bytes under an address that never means others."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from runtime.errors import RouteNotFound
from runtime.storefront.script import PATH, PINNED_PATH, WidgetScript
from runtime.web.errors import ErrorBody
from runtime.web.headers import put_header

FRESH: Final = "public, max-age=300"
"""A new build is on every page within minutes."""
FOREVER: Final = "public, max-age=31536000, immutable"

_NO_WEIGHT: Final = re.compile(r"q=0(?:\.0*)?")
_NOT_BUILT: Final = "The widget is not built here; run `make widget` and restart the runtime."
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The build that the browser has, by its ETag."},
    # Not by its model, which would be documented as JavaScript.
    404: {
        "description": "Not built, or another build.",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorBody.__name__}"}}},
    },
}


class Script(Response):
    """JavaScript."""

    media_type = "text/javascript"


def build_script_router(script: WidgetScript | None) -> APIRouter:
    """The routes of `script`, which anybody may load from any page; None: it is not built."""
    router = APIRouter(tags=["storefront"])

    @router.get(PATH, operation_id="widgetScript", response_class=Script, responses=_ANSWERS)
    async def widget_script(request: Request) -> Response:
        """The widget, for a script tag in the shop's pages."""
        return _answer(_built(script), request, cache=FRESH)

    @router.get(PINNED_PATH, operation_id="pinnedWidgetScript", response_class=Script, responses=_ANSWERS)
    async def pinned_widget_script(
        build: Annotated[str, Path(description="As `vitrina-runtime widget` prints it.")], request: Request
    ) -> Response:
        """One build of the widget, for a script tag with its integrity; of every other one it is 404."""
        found = _built(script)
        if build != found.name:
            raise RouteNotFound("This build of the widget is not served here; `vitrina-runtime widget` names the one.")
        return _answer(found, request, cache=FOREVER)

    return router


def _built(script: WidgetScript | None) -> WidgetScript:
    if script is None:
        raise RouteNotFound(_NOT_BUILT)
    return script


def _answer(script: WidgetScript, request: Request, *, cache: str) -> Response:
    # Put so that CORS for the shop's own origins does not narrow it: a cache may keep one answer for all.
    put_header(request, "access-control-allow-origin", "*")
    put_header(request, "vary", "accept-encoding")
    headers = {"etag": script.etag, "cache-control": cache, "cross-origin-resource-policy": "cross-origin"}
    if _has_it(request.headers.get("if-none-match", ""), script.etag):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Script(script.gzipped, headers={**headers, "content-encoding": "gzip"})
    return Script(script.body, headers=headers)


def _has_it(if_none_match: str, etag: str) -> bool:
    """Whether one of the tags is ours, by the weak comparison of RFC 9110, 8.8.3.2."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is welcome (RFC 9110, 12.5.3)."""
    welcome: dict[str, bool] = {}
    for one in accept_encoding.lower().split(","):
        coding, _, weight = one.partition(";")
        welcome[coding.strip()] = _NO_WEIGHT.fullmatch(weight.strip()) is None
    return welcome.get("gzip", welcome.get("*", False))

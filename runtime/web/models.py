"""`GET /v1/models`: every store view as a model id, the way stock OpenAI clients ask."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import Headers

from runtime.errors import ModelNotFound, SwitchedOff, Unauthorized
from runtime.web.auth import Door
from runtime.web.errors import ErrorBody
from runtime.web.stores import Storefronts


class Model(BaseModel):
    """One store view, as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "vitrina"


class ModelList(BaseModel):
    """Every model id the chat takes."""

    object: Literal["list"] = "list"
    data: list[Model]


def build_models_router(storefronts: Storefronts, *, door: Door) -> APIRouter:
    """The two model routes. They are open to all; door: the chat's, whose keys may see one store view only."""
    router = APIRouter(tags=["models"])

    async def list_models(request: Request) -> ModelList:
        """List the model ids; each one answers for one store view. A chat key of one store view sees only its own."""
        return ModelList(data=[Model(id=name) for name in storefronts.model_ids(_scope(request.headers, door))])

    async def retrieve_model(model: str, request: Request) -> Model:
        """One model by its id."""
        known = storefronts.model_ids(_scope(request.headers, door))
        if model not in known:
            raise ModelNotFound(model, known=known)
        return Model(id=model)

    router.add_api_route("/v1/models", list_models, methods=["GET"], operation_id="listModels")
    router.add_api_route(
        "/v1/models/{model}",
        retrieve_model,
        methods=["GET"],
        operation_id="retrieveModel",
        responses={404: {"model": ErrorBody, "description": "No such model; the known ones are named."}},
    )
    return router


def _scope(headers: Headers, door: Door) -> str | None:
    """The only store view the caller sees; None also for whom the chat would turn away: the list is no secret."""
    try:
        return door.admit(headers).store
    except (Unauthorized, SwitchedOff):
        return None

"""`GET /v1/models`: every store view as a model id, the way stock OpenAI clients ask."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from runtime.errors import ModelNotFound
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


def build_models_router(storefronts: Storefronts) -> APIRouter:
    """The two model routes."""
    router = APIRouter(tags=["models"])

    async def list_models() -> ModelList:
        """List the model ids; each one answers for one store view."""
        return ModelList(data=[Model(id=name) for name in storefronts.model_ids()])

    async def retrieve_model(model: str) -> Model:
        """One model by its id."""
        if model not in storefronts.model_ids():
            raise ModelNotFound(model, known=storefronts.model_ids())
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

"""`POST /api/v1/feedback`: what a shopper thought of an answer, as an event line and a count."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import Counter
from pydantic import BaseModel, Field, StrictStr

from runtime.web.admission import caller_of, guarded_route
from runtime.web.answer_log import AnswerLog
from runtime.web.auth import Door
from runtime.web.errors import ErrorBody
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.web.visitors import Visitors
from shared.personal_data import masked

PATH: Final = "/api/v1/feedback"
FEEDBACK_RATE: Final = "60/minute"
"""Of one visitor, each a line of the log."""
MAX_COMMENT: Final = 500

_MAX_CODE: Final = 200
_ANSWER_ID: Final = r"^chatcmpl-[A-Za-z0-9_-]{1,64}$"
_NO_REASON: Final = "none"

Rating = Literal["up", "down"]
Reason = Literal["wrong_price", "not_relevant", "wrong_facts", "out_of_stock", "other"]

FEEDBACK: Final = Counter(
    "vitrina_feedback_total", "Ratings of answers by shoppers, by store view and reason.", ["store", "rating", "reason"]
)


class Feedback(BaseModel):
    """What a shopper thought of one answer."""

    answer_id: Annotated[StrictStr, Field(pattern=_ANSWER_ID)] = Field(description="`id` of the answer's chunks.")
    rating: Rating
    reason: Reason | None = None
    comment: Annotated[StrictStr, Field(max_length=MAX_COMMENT)] | None = Field(
        None, description="In the shopper's words; what is personal in them is masked."
    )
    store: Annotated[StrictStr, Field(max_length=_MAX_CODE)] | None = Field(
        None, description="Store code; the default store's without."
    )


def build_feedback_router(
    storefronts: Storefronts, *, door: Door, limit: RateLimit, visitors: Visitors, answers: AnswerLog
) -> APIRouter:
    """The route, behind `door` and `limit`."""
    router = APIRouter(tags=["widget"], route_class=guarded_route(door, limit, visitors=visitors))

    @router.post(
        PATH,
        operation_id="giveFeedback",
        status_code=204,
        responses={status: {"model": ErrorBody} for status in (400, 401, 404, 429)},
    )
    async def give_feedback(body: Feedback, request: Request) -> Response:
        """What a shopper thought of an answer. It is kept in the log and counted; nothing is sent anywhere."""
        store = storefronts.choose(body.store, scope=caller_of(request).store)
        FEEDBACK.labels(store.code, body.rating, body.reason or _NO_REASON).inc()
        comment = masked(body.comment.strip()) if body.comment else ""
        told = {"answer": body.answer_id, "store": store.code, "rating": body.rating, "reason": body.reason}
        answers.feedback(told | ({"comment": comment} if comment else {}))
        return Response(status_code=204)

    return router

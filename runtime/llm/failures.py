"""What went wrong with a model, in the port's terms and an operator's words. Pure.

No message quotes the provider: its words may repeat the key, or the prompt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from runtime.llm.model import LlmFailure, LlmMalformed, LlmRefused, LlmUnavailable, PromptRefused, PromptUnfit

_QUOTA: Final = "insufficient_quota"
"""OpenAI sends it as 429, like a rate limit, when the account is out of money."""

_MAY_PASS: Final = frozenset({408, 409, 425, 429})

_REFUSALS: Final = frozenset(
    {"authentication_error", "invalid_api_key", "model_not_found", "not_found_error", "permission_error"}
)
"""Types and codes of OpenAI's error objects, and of those who took them over, that no waiting helps against."""
_PROMPTS: Final = frozenset({"context_length_exceeded", "exceed_context_size_error", "invalid_request_error"})
"""The same, of a prompt."""

_OF_A_PROMPT: Final = (400, 413, 422)
_TOO_LONG: Final = ("context_length_exceeded", "string_above_max_length")
_UNWANTED: Final = ("content_policy_violation", "invalid_prompt")
_OPERATORS: Final = frozenset(
    {"invalid_api_key", "model_not_found", "unknown_parameter", "unsupported_parameter", "unsupported_value"}
)
"""Codes of what only the operator can mend."""
_OUR_OWN: Final = frozenset({"model", "max_tokens", "max_completion_tokens", "temperature", "stream_options"})
"""Members of a request that no shopper has a part in."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to check when a provider refuses. key: the setting of its key. place: where model and address are set."""

    key: str
    place: str

    def on(self, status: int) -> str:
        match status:
            case 401 | 403:
                return f"check {self.key}"
            case 404:
                return f"check {self.place}"
            case _ if status < 400:
                return f"it has moved, check {self.place}"
            case _:
                return f"check {self.place}, and what the model accepts"


OPENAI_ADVICE: Final = Advice(key="OPENAI_API_KEY", place="CHAT_MODEL and OPENAI_BASE_URL")


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of the model of that name. way: how it is reached, where that may be why it is not."""

    model: str
    advice: Advice = OPENAI_ADVICE
    way: str = ""

    def by_status(self, status: int, *, retry_after: float | None = None, error: object = None) -> LlmFailure:
        """What a status other than 200 means. error: the error object that came with it, or anything.

        retry_after: seconds the provider asks to wait.
        """
        if _QUOTA in _marks(error) or status == 402:
            return self._out_of_quota()
        if status in _MAY_PASS or status >= 500:
            return LlmUnavailable(f"{self._subject} answered with status {status}.", retry_after=retry_after)
        if status < 300:
            return self.malformed(f"status {status}")
        refusal = _refusal(status, error)
        return refusal(f"{self._subject} refused the request with status {status}; {self.advice.on(status)}.")

    def unfit(self, status: int) -> PromptUnfit:
        """What a status means that says nothing about whose mistake it is."""
        return PromptUnfit(f"{self._subject} refused the request with status {status}; {self.advice.on(status)}.")

    def without_token(self, status: int, *, retry_after: float | None = None) -> LlmFailure:
        """What a status means that was given instead of an access token."""
        words = f"{self._subject}: instead of an access token came status {status}"
        if status in _MAY_PASS or status >= 500:
            return LlmUnavailable(f"{words}.", retry_after=retry_after)
        return LlmRefused(f"{words}; check {self.advice.key}.")

    def reported(self, error: object) -> LlmFailure:
        """What an error object means that comes where the answer should be."""
        marks = _marks(error)
        if _QUOTA in marks:
            return self._out_of_quota()
        words = f"{self._subject} reported an error in the middle of its answer"
        status = next((int(mark) for mark in marks if mark.isdecimal() and len(mark) == 3), None)
        if status is not None and 400 <= status < 500 and status not in _MAY_PASS:
            return _refusal(status, error)(f"{words} (status {status}); {self.advice.on(status)}.")
        if marks & (_REFUSALS | _PROMPTS):
            kind = LlmRefused if marks & _REFUSALS else PromptUnfit
            return kind(f"{words}, which no waiting mends; {self.advice.on(400)}.")
        return LlmUnavailable(f"{words}.")

    def timed_out(self) -> LlmUnavailable:
        """It said nothing for too long."""
        return LlmUnavailable(f"{self._subject} did not answer in time{self._told()}.")

    def unreachable(self, why: str = "") -> LlmUnavailable:
        """There is no connection to it, or none any more. why: without its end."""
        return LlmUnavailable(f"{self._subject} cannot be reached, or the connection broke{self._told(why)}.")

    def unsendable(self) -> LlmRefused:
        """What it should be asked with does not fit into HTTP."""
        fix = f"check {self.advice.key}, and {self.advice.place}"
        return LlmRefused(f"{self._subject}: its key or address holds a character that none can hold; {fix}.")

    def broken_off(self) -> LlmUnavailable:
        """Its answer has ended without a reason."""
        return LlmUnavailable(f"{self._subject} broke off its answer.")

    def malformed(self, what: str) -> LlmMalformed:
        """It sent `what` instead of an answer."""
        return LlmMalformed(f"{self._subject} sent no chat completion ({what}).")

    def other(self, kind: str, *, may_pass: bool) -> LlmFailure:
        """A failure of that kind, of which no more is known than whether it may pass."""
        return (LlmUnavailable if may_pass else LlmRefused)(f"{self._subject}: {kind}.")

    @property
    def _subject(self) -> str:
        return f"Model {self.model!r}"

    def _told(self, why: str = "") -> str:
        told = "; ".join(filter(None, (why, self.way)))
        return f" ({told})" if told else ""

    def _out_of_quota(self) -> LlmRefused:
        return LlmRefused(f"{self._subject}: the account's quota or balance is used up.")


def _marks(error: object) -> set[str]:
    """Type and code of an error object: its machine-readable members, which hold a name or a status."""
    if not isinstance(error, Mapping):
        return set()
    return {str(error[name]) for name in ("type", "code") if isinstance(error.get(name), str | int)}


def _refusal(status: int, error: object) -> type[LlmRefused]:
    """Whom a refused request concerns: the configuration, this prompt anywhere, or perhaps this prompt here.

    Of a 400 only what is known to be the operator's to mend is the provider's: whoever asks must not be able to switch
    it off for all others, and a prompt that is too long or not liked is told in many ways (DeepSeek's "Content Exists
    Risk" has the code invalid_request_error, vLLM's and LiteLLM's answers the number 400, llama.cpp's a type of its
    own). Codes and params: https://platform.openai.com/docs/guides/error-codes.
    """
    told = error if isinstance(error, Mapping) else {}
    code, param = str(told.get("code") or ""), str(told.get("param") or "")
    if status not in _OF_A_PROMPT or code in _OPERATORS or param in _OUR_OWN:
        return LlmRefused
    too_long = code in _TOO_LONG
    unwanted = status == 400 and not too_long and (param.startswith("messages") or code in _UNWANTED)
    return PromptRefused if unwanted else PromptUnfit

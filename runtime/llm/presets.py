"""What is known of the providers there are presets for, each fact with its source. Pure.

A provider that does not speak OpenAI's chat completions (GigaChat) gets a preset here, an adapter in `providers`, and
a case in `opening`; nothing else knows providers by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from runtime.llm.dialect import OPENAI_DIALECT, Dialect
from runtime.llm.providers import Adapter
from shared.openai import OPENAI_URL

PresetName = Literal["openai", "deepseek", "yandexgpt", "ollama", "gigachat", "custom"]


@dataclass(frozen=True, slots=True)
class Preset:
    """base_url: None where the operator has to say it. folders: whether models live in folders of an account.

    auth_url: where its key is exchanged for access tokens, None = nowhere. adapter: the only one that speaks to it,
    None = any of those for OpenAI's chat completions.
    """

    base_url: str | None
    dialect: Dialect
    needs_key: bool = True
    folders: bool = False
    auth_url: str | None = None
    adapter: Adapter | None = None

    def model(self, name: str, *, folder: str | None) -> str:
        """The model as the provider is asked for it."""
        # https://yandex.cloud/en/docs/foundation-models/concepts/yandexgpt: the model's URI holds the folder's id.
        return f"gpt://{folder}/{name}" if self.folders and folder else name


_COMMON: Final = Dialect(limit_field="max_tokens")

PRESETS: Final[Mapping[PresetName, Preset]] = {
    # `max_tokens` is refused by newer models (code `unsupported_parameter`, which names max_completion_tokens):
    # https://platform.openai.com/docs/api-reference/chat/create; seen in sipeed/picoclaw issue 16.
    "openai": Preset(OPENAI_URL, OPENAI_DIALECT),
    # https://api-docs.deepseek.com/quick_start/your_first_api_call (address), …/api/create-chat-completion (max_tokens,
    # reasoning_content beside content), …/quick_start/rate_limit (`: keep-alive` comments while a request waits).
    "deepseek": Preset("https://api.deepseek.com", _COMMON),
    # https://yandex.cloud/en/docs/ai-studio/concepts/openai-compatibility (address, folder models, as OpenAI's);
    # failures: …/foundation-models/troubleshooting/error-codes (a wrong model URI is a 400).
    "yandexgpt": Preset("https://ai.api.cloud.yandex.net/v1", _COMMON, folders=True),
    # https://github.com/ollama/ollama/blob/main/docs/openai.md (the key is required by clients and ignored);
    # ollama/ollama openai/openai.go: of both limits only max_tokens is read, and no num_ctx. A prompt that is too long
    # is cut without an error: ollama issues 2677, 5902, 17427.
    "ollama": Preset(
        "http://127.0.0.1:11434/v1", Dialect(limit_field="max_tokens", cuts_prompts=True), needs_key=False
    ),
    # Addresses: gigachat 0.2.3, settings.py; https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-token.
    "gigachat": Preset(
        "https://api.giga.chat/v1",
        _COMMON,
        auth_url="https://ngw.devices.sberbank.ru:9443/api/v2/oauth",
        adapter="gigachat",
    ),
    # vLLM, llama.cpp, LiteLLM: all of them know max_tokens, not all max_completion_tokens.
    "custom": Preset(None, _COMMON, needs_key=False),
}

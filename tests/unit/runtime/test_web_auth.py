"""Doors, keys and the choice of a store."""

import hashlib

import pytest
from starlette.datastructures import Headers
from support.runtime import STORES

from runtime.errors import InvalidRequest, ModelNotFound, StoreNotFound, SwitchedOff, Unauthorized
from runtime.web.auth import ActionDoor, ApiKey, Caller, ChatDoor, ClosedDoor, KeyRing, hash_key, mint_key
from runtime.web.stores import Storefronts

KEY = "vk_secret"
RING = KeyRing(
    [
        ApiKey(name="old", store=None, digest=hash_key("vk_old")),
        ApiKey(name="gpt", store="ru", digest=hash_key(KEY)),
    ]
)
CHAT = ChatDoor(RING, origins=["https://shop.test"], open_to_all=False)


def bearer(credential: str) -> Headers:
    return Headers({"authorization": f"Bearer {credential}"})


def test_key_is_kept_as_its_sha256() -> None:
    assert hash_key("vk_x") == hashlib.sha256(b"vk_x").hexdigest()


def test_minted_keys_are_long_and_never_the_same() -> None:
    assert len({mint_key() for _ in range(100)}) == 100
    assert all(len(key) >= 43 for key in (mint_key() for _ in range(10)))


def test_accepted_key_says_who_calls_and_what_they_see() -> None:
    assert ActionDoor(RING).admit(bearer(KEY)) == Caller(name="gpt", via="key", store="ru")


def test_scheme_is_read_in_any_case() -> None:
    assert ActionDoor(RING).admit(Headers({"authorization": f"bearer  {KEY} "})).name == "gpt"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer vk_secret2"},
        {"authorization": f"Bearer {hash_key(KEY)}"},
        {"authorization": "Bearer ключ"},
        {"authorization": "Bearer \udcff\udcfe"},
        {"authorization": "Bearer " + "x" * 100_000},
        {"x-api-key": KEY},
        {"origin": "https://shop.test"},
    ],
    ids=[
        "nothing",
        "no scheme",
        "other scheme",
        "no credential",
        "blank",
        "other key",
        "the hash itself",
        "not ascii",
        "not text",
        "endless",
        "other header",
        "origin alone",
    ],
)
def test_action_door_stays_shut_without_an_accepted_key(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized):
        ActionDoor(RING).admit(
            Headers(raw=[(k.encode(), v.encode("utf-8", "surrogateescape")) for k, v in headers.items()])
        )


def test_chat_door_takes_an_allowed_origin() -> None:
    assert CHAT.admit(Headers({"origin": "https://shop.test"})).via == "origin"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.test", "https://shop.test.evil.test", "http://shop.test", "https://shop.test:8443", "null", ""],
)
def test_chat_door_refuses_any_other_origin(origin: str) -> None:
    with pytest.raises(Unauthorized):
        CHAT.admit(Headers({"origin": origin}))


def test_key_opens_the_chat_whatever_the_origin() -> None:
    caller = CHAT.admit(Headers({"origin": "https://evil.test", "authorization": f"Bearer {KEY}"}))

    assert (caller.name, caller.store) == ("gpt", "ru")


def test_open_chat_takes_anyone_and_still_knows_its_keys() -> None:
    door = ChatDoor(RING, origins=[], open_to_all=True)

    assert door.admit(bearer("anything")).via == "open"
    assert door.admit(bearer(KEY)).name == "gpt"


def test_chat_that_is_switched_off_admits_nobody() -> None:
    with pytest.raises(SwitchedOff):
        ClosedDoor().admit(bearer(KEY))


class TestStorefronts:
    fronts = Storefronts(STORES)

    def test_first_store_is_the_default(self) -> None:
        assert self.fronts.choose(None, scope=None).code == "default"

    def test_key_of_one_store_gets_that_one_by_default(self) -> None:
        assert self.fronts.choose(None, scope="ru").code == "ru"

    def test_other_store_does_not_exist_for_a_scoped_key(self) -> None:
        with pytest.raises(StoreNotFound, match=r"no store 'default'\. Known: ru\."):
            self.fronts.choose("default", scope="ru")

    def test_unknown_store_names_the_known_ones(self) -> None:
        with pytest.raises(StoreNotFound, match=r"no store 'nl'\. Known: default, ru\."):
            self.fronts.choose("nl", scope=None)

    @pytest.mark.parametrize(
        ("model", "store", "expected"),
        [
            ("vitrina", None, "default"),
            ("vitrina", "ru", "ru"),
            ("vitrina-ru", None, "ru"),
            ("vitrina-ru", "ru", "ru"),
        ],
    )
    def test_model_id_chooses_the_store(self, model: str, store: str | None, expected: str) -> None:
        assert self.fronts.choose_model(model, store=store, scope=None).code == expected

    def test_store_that_is_not_the_models_is_refused_rather_than_ignored(self) -> None:
        with pytest.raises(InvalidRequest, match="leave one of them out") as refused:
            self.fronts.choose_model("vitrina-ru", store="default", scope=None)
        assert refused.value.param == "store"
        with pytest.raises(StoreNotFound):
            self.fronts.choose_model("vitrina-ru", store="nl", scope=None)
        with pytest.raises(StoreNotFound):
            self.fronts.choose_model("vitrina-ru", store="default", scope="ru")

    @pytest.mark.parametrize("model", ["gpt-4o", "vitrina-nl", "vitrina-", "", "VITRINA"])
    def test_unknown_model_names_the_known_ones(self, model: str) -> None:
        with pytest.raises(ModelNotFound, match=r"Known: vitrina, vitrina-default, vitrina-ru\."):
            self.fronts.choose_model(model, scope=None)

    def test_model_of_another_store_does_not_exist_for_a_scoped_key(self) -> None:
        with pytest.raises(ModelNotFound):
            self.fronts.choose_model("vitrina-default", scope="ru")

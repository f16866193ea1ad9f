"""Which store view a caller is served: the one place that turns a store code, a model id and a key's scope into it."""

from collections.abc import Sequence

from runtime.errors import InvalidRequest, ModelNotFound, StoreNotFound
from shared.spans import STORE, current
from shared.stores import StoreView

MODEL = "vitrina"


class Storefronts:
    """The store views served, the default one first.

    Every query names a store that came out of `choose` or `choose_model`; a key scoped to one store view reaches
    no other. The scope has no default, so that no route can forget whose it is.
    """

    def __init__(self, stores: Sequence[StoreView]) -> None:
        self._stores = {store.code: store for store in stores}

    def visible(self, scope: str | None) -> tuple[StoreView, ...]:
        """The store views a caller of `scope` (a store code, None = all) may see; the first one is the default."""
        return tuple(store for store in self._stores.values() if scope in (None, store.code))

    def choose(self, code: str | None, *, scope: str | None) -> StoreView:
        """The store view of `code`, by default the first the caller may see. Raises StoreNotFound."""
        visible = {store.code: store for store in self.visible(scope)}
        if code is None and visible:
            code = next(iter(visible))
        if code not in visible:
            raise StoreNotFound(code or "", known=list(visible))
        current().set_attribute(STORE, code)
        return visible[code]

    def model_ids(self, scope: str | None) -> tuple[str, ...]:
        """`vitrina`, then `vitrina-<code>` of every store view the caller may see."""
        return (MODEL, *(f"{MODEL}-{store.code}" for store in self.visible(scope)))

    def choose_model(self, model: str, *, store: str | None = None, scope: str | None) -> StoreView:
        """The store view of a model id; `vitrina` alone leaves the choice to `store`, else the default.

        Raises ModelNotFound, StoreNotFound, and InvalidRequest when the two name different store views.
        """
        if model not in self.model_ids(scope):
            raise ModelNotFound(model, known=self.model_ids(scope))
        if model == MODEL:
            return self.choose(store, scope=scope)
        chosen = self.choose(model.removeprefix(f"{MODEL}-"), scope=scope)
        if store is not None and self.choose(store, scope=scope) is not chosen:
            message = f"Model {model!r} and store {store!r} are different store views; leave one of them out."
            raise InvalidRequest(message, param="store")
        return chosen

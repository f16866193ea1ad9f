"""What the garbage collector is spared."""

import gc
import weakref

from runtime.memory import keep_what_is_here


class Circle:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_here_is_looked_at_no_more_and_what_comes_after_is() -> None:
    garbage = weakref.ref(Circle())
    here = [object()]
    try:
        keep_what_is_here()
        assert garbage() is None, "what was garbage by then is not kept"
        assert not any(one is here for one in gc.get_objects())
        later = weakref.ref(Circle())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
    assert any(one is here for one in gc.get_objects())

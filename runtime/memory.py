"""What the garbage collector is spared, so that it holds up no stream for long."""

import gc


def keep_what_is_here() -> None:
    """Take all that was made so far for what stays to the end: modules, routes, models.

    Every full collection would look through it, a tenth of a second in which all answers stand still.
    """
    gc.collect()
    gc.freeze()

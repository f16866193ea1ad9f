"""Numbers as JSON has them. Pure."""

from typing import Any


def whole(value: Any) -> Any:
    """`value`, and 2.0 as 2: JSON has one kind of number, and JSON Schema calls both an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

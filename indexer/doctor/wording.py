"""What a setting of a store view is called: STORE_… in the environment, its key in STORES_FILE, which is read instead.

The checks speak of the environment; where there is a file, their findings are put into its words. Pure.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from shared.findings import Finding

_SETTING: Final = re.compile(r"\bSTORE_(?P<key>[A-Z_]*[A-Z])\b(?:=(?P<value>'[^']*'|[^\s,;…]+))?")
_LITERAL: Final = re.compile(r"'.*'|-?\d+(\.\d+)?")
"""A value that TOML takes as it stands."""


def in_words_of(file: Path | None, finding: Finding) -> Finding:
    """The finding as it is said where store views are described in `file`; as it was without one."""
    if file is None:
        return finding
    verdict = finding.verdict
    step = verdict.next_step
    if step is not None and _SETTING.search(step):
        step = f"{_reworded(step)} (in {file})"
    return replace(finding, verdict=replace(verdict, seen=_reworded(verdict.seen), next_step=step))


def _reworded(text: str) -> str:
    return _SETTING.sub(_key, text)


def _key(found: re.Match[str]) -> str:
    key, value = found["key"].lower(), found["value"]
    if value is None:
        return f"`{key}`"
    return f"`{key} = {value}`" if _LITERAL.fullmatch(value) else f'`{key} = "{value}"`'

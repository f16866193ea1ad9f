"""The documents' blocks marked `run` do what they say, in the order a reader meets them, on this machine alone."""

from pathlib import Path
from typing import Final

import pytest
from support.document_blocks import DOCUMENTS, name_of, says, steps_of
from support.document_session import run_steps
from support.opensearch import prepare_embedded

# The Russian quickstart has the very blocks of the English one, which tests/architecture sees to.
RUNNING: Final = [path for path in DOCUMENTS if steps_of(path) and path.name != "quickstart.ru.md"]


# The preparation, the longest session, its end.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("document", RUNNING, ids=name_of)
def test_document_does_what_it_says_and_leaves_nothing_running(document: Path, tmp_path: Path) -> None:
    # What `make install` and the first start download, once a machine, and the documents' session may not.
    prepare_embedded()
    steps = steps_of(document)

    session = run_steps(steps, folder=tmp_path)

    assert (session.status, len(session.outputs), session.left) == (0, len(steps), ()), session.told()
    for step, output in zip(steps, session.outputs, strict=True):
        for expected in step.expected:
            assert says(output, expected), f"{name_of(document)}:{step.block.line} said\n{output}\nand not\n{expected}"

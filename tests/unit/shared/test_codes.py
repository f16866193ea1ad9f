import re

import pytest

from shared.codes import CODE_SEPARATORS, DASHES


@pytest.mark.parametrize("sign", [*DASHES, *"-_./ \t\u00a0\u2009\u202f"])
def test_sign_between_the_parts_of_a_code_means_nothing(sign: str) -> None:
    assert re.sub(CODE_SEPARATORS, "", f"WS{sign}12") == "WS12"


@pytest.mark.parametrize("sign", "x0я+#")
def test_sign_of_a_code_stays(sign: str) -> None:
    assert re.sub(CODE_SEPARATORS, "", f"WS{sign}12") == f"WS{sign}12"

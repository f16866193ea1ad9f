"""Names of the two legs, as rankings and answers have them. Pure."""

from typing import Final

LEXICAL: Final = "bm25"
SEMANTIC: Final = "knn"

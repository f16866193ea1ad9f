"""What stands between the parts of a code and means nothing: one list for the index and for the questions. Pure."""

from typing import Final

DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs that are typed, or put by a word processor, where a code has "-"."""

CODE_SEPARATORS: Final = r"[\s\-_./\u00a0\u2009\u202f\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+"
"""White space, `-_./` and DASHES, as a pattern that Java and Python read alike."""

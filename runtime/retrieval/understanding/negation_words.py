"""What opens something that is not wanted, Russian and English. Pure."""

from typing import Final, Literal

from runtime.retrieval.understanding.phrases import Phrases

Opener = Literal["without", "no", "not", "but not", "compound", "known"]
"""How far an opener reaches: "without" excludes any thing, "known" only what the catalogue knows; see `negation`."""

OPENERS: Final[Phrases[Opener]] = Phrases(
    {
        "without": (
            "without|without a|without an|without any|without the|w/o|with no|except|except the|except for|"
            "except for the|excluding|excluding the|other than|other than the|anything but|everything but|all but|"
            "apart from|not having|not having a|not having any|that don't have|that don't have a|that doesn't have|"
            "that doesn't have a|that do not have|that does not have|that does not have a|which don't have|"
            "which doesn't have a|not containing|that don't contain|that doesn't contain|that do not contain|"
            "that does not contain|containing no|"
            "без|безо|у которых нет|у которой нет|у которого нет|кроме|за исключением|исключая|только без|но без|"
            "не содержит|не содержат|не содержащий|не содержащая|не содержащее|не содержащие"
        ),
        "no": "no|but no|and no|having no|has no",
        "not": (
            "not|neither|that isn't|that aren't|that is not|that are not|which isn't|which aren't|which is not|"
            "which are not|should not be|shouldn't be|must not be|mustn't be|can't be|cannot be|won't be|will not be|"
            "не|но не|и не|только не|лишь бы не|не из|но не из|не с|не со|но не с|не в|но не в|ни|не была|не был|"
            "не было|не были|не должна быть|не должен быть|не должно быть|не должны быть|не может быть|не могут быть"
        ),
        "but not": (
            "but not|and not|just not|only not|anything not|not a|not an|not in|not of|not from|not made of|"
            "not made from|not with"
        ),
        "compound": "non",
        "known": (
            "not by|not made by|but not by|free of|free from|instead of|rather than|nothing|nothing in|"
            "nothing made of|no more|zero|minus|avoid|avoiding|exclude|excl|excl.|remove|never|"
            "never in|never a|filter out|leave out|hide the|hide all|hide any|"
            "не от|вместо|ничего|никаких|минус|хватит|исключи|исключите|исключить|убери|уберите|убрать"
        ),
    }
)
UNIVERSAL: Final = frozenset({"all", "any", "every", "anything", "everything", "whatever"})
"""With one of these before it, "but" excludes: "in any color but black"."""

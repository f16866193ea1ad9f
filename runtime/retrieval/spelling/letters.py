"""How likely a row of letters is in Russian and in English: what tells a word from keys struck at random. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

EDGE: Final = "^"
"""Stands before the first letter of a word and after its last."""

RAREST: Final = 9
"""Bits of a pair that hardly occurs, and of one with a symbol that no word is written with."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Pairs of neighbouring letters of one language. pairs: both letters, in lower case -> bits, 0 to RAREST."""

    pairs: Mapping[str, int]

    def after(self, before: str, letter: str) -> int:
        """Bits that `letter` costs behind `before`; either may be EDGE."""
        return self.pairs.get(before + letter, RAREST)

    def bits(self, word: str) -> int:
        """Bits of the whole of `word` with both its edges; each part of a hyphenated one is a word."""
        return sum(self._part(part) for part in word.lower().split("-"))

    def _part(self, word: str) -> int:
        return sum(self.after(before, letter) for before, letter in zip(f"{EDGE}{word}", f"{word}{EDGE}", strict=True))


def _letters(alphabet: str, rows: tuple[str, ...]) -> Letters:
    symbols = EDGE + alphabet
    pairs = {
        before + letter: int(bits)
        for before, row in zip(symbols, rows, strict=True)
        for letter, bits in zip(symbols, row, strict=True)
    }
    # A catalogue writes ё or does not, so both are one letter here.
    return Letters(pairs | {pair.replace("е", "ё"): bits for pair, bits in pairs.items() if "е" in pair})


# A row for each first symbol, a digit for each second, both in the order of the alphabet with the edge of a word
# before it. The digit is -log2 of the share that the pair has among those with the same first symbol, rounded, at
# most 9. Counted once per word over the words of the sample shop and of the CLDR names of countries, languages,
# scripts, currencies and units: 4,200 words of Russian, 3,400 of English.
RUSSIAN: Final = _letters(
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    (
        "954454785693544535345667669999687", "396565576755443964547768767999963", "729799379395597293693979997759999",
        "429997398495685385575989899947996", "527597499395495293694999799999899", "538598349395683395495987999857997",
        "277555666855443963439877678999988", "628994399294983889495999899998899", "526575578395654496585999999856996",
        "366576586724553765549966579999984", "089897898997775797359998889999999", "429799598298586394664989999999999",
        "638988399395697399775999998962955", "225899399397975359695899989958996", "439855399396994399455997999936996",
        "385354566845444864449879679999998", "739999399495498282694999999987976", "527766379396765387554878889958986",
        "649598499492576457635999899977994", "338698399395795384475989899954996", "355645655884554953449959558999659",
        "539969499299497293964999979979997", "239689797499454295566999999998999", "427499399293999799694999999959999",
        "639999269294993699965999989996999", "549499299393684386545999999995999", "929999299199996999996999999996999",
        "777777077777777777777777777777777", "296487398926647976649949759999999", "296886596795962799359996759999954",
        "499599996953344963339499999999999", "275765946964756995629999654999979", "198857666979754977749977897999977",
    ),
)  # fmt: skip

ENGLISH: Final = _letters(
    "abcdefghijklmnopqrstuvwxyz",
    (
        "944455555575445549534665977", "385558757585452869344667957", "525763897399399399369497979",
        "338674893594589399474499968", "247953978379689499559598969", "247545769697453869334877788",
        "438664469279499389364599989", "237983984498596499459397969", "329983999398777399564497979",
        "336455659986452559544859987", "626963999365996359999299999", "239993884396666479547486969",
        "337852879397479489956579959", "323992889399868349968599969", "249643839376996599954689968",
        "367557668676443459354455878", "328993995398499359445599879", "348888888488888888888188888",
        "336753859396666379655587959", "249693994497577568853596969", "239693994399678499445597969",
        "445554759596443759344867777", "529881999299998499899899969", "328682984398795499569899969",
        "265992696399599649963999699", "139574969597555559557588997", "425992966399696499969599965",
    ),
)  # fmt: skip

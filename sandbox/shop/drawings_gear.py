"""Bags and what sport needs, as pieces of SVG on a canvas of 600 by 600; `pictures.py` says what $c is. Pure."""

from collections.abc import Mapping
from typing import Final

GEAR: Final[Mapping[str, str]] = {
    "backpack": (
        '<path d="M250 138 Q252 92 300 92 Q348 92 350 138" fill="none" stroke="$d" stroke-width="16"/>'
        '<path d="M170 470 V244 Q170 132 300 132 Q430 132 430 244 V470 Q430 488 412 488 H188 Q170 488 170 470Z" '
        'fill="$c"/>'
        '<path d="M170 300 Q136 312 138 352 V446 H170Z M430 300 Q464 312 462 352 V446 H430Z" fill="$d"/>'
        '<path d="M206 322 H394 V448 Q394 460 382 460 H218 Q206 460 206 448Z" fill="$l"/>'
        '<path d="M206 358 H394 M170 250 Q300 282 430 250" $s/><rect x="284" y="250" width="32" height="44" rx="8" '
        'fill="$k"/>'
    ),
    "rolltop": (
        '<path d="M184 186 H416 V470 Q416 488 398 488 H202 Q184 488 184 470Z" fill="$c"/><rect x="168" y="132" '
        'width="264" '
        'height="44" rx="20" fill="$d"/><path d="M184 176 H416 V226 H184Z" fill="$l"/><path d="M226 132 V300 M374 '
        '132 V300" '
        'fill="none" stroke="$k" stroke-width="14"/><rect x="212" y="286" width="28" height="34" rx="6" '
        'fill="$k"/><rect '
        'x="360" y="286" width="28" height="34" rx="6" fill="$k"/><path d="M220 372 H380 V446 H220Z" $s/>'
    ),
    "suitcase": (
        '<path d="M252 176 V104 H348 V176" fill="none" stroke="$m" stroke-width="14"/><rect x="180" y="172" '
        'width="240" '
        'height="298" rx="26" fill="$c"/><path d="M228 196 V446 M276 196 V446 M324 196 V446 M372 196 V446" $s/>'
        '<path d="M180 300 H420 V326 H180Z" fill="$d"/><rect x="284" y="296" width="32" height="34" rx="6" '
        'fill="$m"/>'
        '<circle cx="218" cy="484" r="16" fill="$k"/><circle cx="382" cy="484" r="16" fill="$k"/>'
    ),
    "duffel": (
        '<path d="M206 262 Q214 158 300 158 Q386 158 394 262" fill="none" stroke="$d" stroke-width="18"/>'
        '<path d="M118 262 Q118 236 146 236 H454 Q482 236 482 262 V426 Q482 456 452 456 H148 Q118 456 118 426Z" '
        'fill="$c"/>'
        '<path d="M118 300 Q166 300 166 346 Q166 392 118 392Z M482 300 Q434 300 434 346 Q434 392 482 392Z" '
        'fill="$d"/>'
        '<path d="M206 236 V456 M394 236 V456 M160 268 H440" $s/><rect x="240" y="330" width="120" height="82" '
        'rx="10" '
        'fill="$l"/>'
    ),
    "tote": (
        '<path d="M226 260 V184 Q226 116 300 116 Q374 116 374 184 V260" fill="none" stroke="$d" stroke-width="17"/>'
        '<path d="M158 226 H442 L462 482 H138Z" fill="$c"/><path d="M158 226 H442 L444 254 H156Z" fill="$d"/>'
        '<path d="M300 316 Q256 276 242 322 Q240 356 300 396 Q360 356 358 322 Q344 276 300 316Z" fill="$l"/>'
    ),
    "handbag": (
        '<path d="M196 250 Q190 108 300 108 Q410 108 404 250" fill="none" stroke="$d" stroke-width="13"/>'
        '<path d="M152 246 H448 V426 Q448 462 412 462 H188 Q152 462 152 426Z" fill="$c"/><path d="M152 246 H448 '
        "V292 Q448 360 "
        '300 372 Q152 360 152 292Z" fill="$d"/><rect x="278" y="350" width="44" height="40" rx="10" fill="$y"/>'
    ),
    "beltbag": (
        '<path d="M84 300 Q120 256 190 276 M516 300 Q480 256 410 276" fill="none" stroke="$d" stroke-width="24"/>'
        '<path d="M160 266 Q300 234 440 266 Q462 340 420 396 Q300 432 180 396 Q138 340 160 266Z" fill="$c"/>'
        '<path d="M176 296 Q300 270 424 296" $s/><path d="M208 328 Q300 312 392 328 L380 376 Q300 396 220 376Z" '
        'fill="$l"/>'
    ),
    "briefcase": (
        '<path d="M244 214 V172 Q244 154 262 154 H338 Q356 154 356 172 V214" fill="none" stroke="$d" '
        'stroke-width="16"/>'
        '<rect x="124" y="208" width="352" height="254" rx="24" fill="$c"/><path d="M124 240 Q124 208 148 208 H452 '
        "Q476 208 "
        '476 240 V310 Q300 372 124 310Z" fill="$d"/><rect x="198" y="300" width="28" height="58" rx="8" fill="$y"/>'
        '<rect x="374" y="300" width="28" height="58" rx="8" fill="$y"/><path d="M150 430 H450" $s/>'
    ),
    "sleeve": (
        '<rect x="128" y="206" width="344" height="236" rx="22" fill="$c"/><path d="M160 206 V172 Q160 158 174 158 '
        "H426 Q440 "
        '158 440 172 V206Z" fill="$m"/><path d="M176 206 V180 H424 V206Z" fill="$k"/><path d="M128 240 Q300 320 472 '
        '240" '
        '$s/><circle cx="300" cy="302" r="16" fill="$d"/><rect x="372" y="386" width="66" height="26" rx="5" '
        'fill="$l"/>'
    ),
    "wallet": (
        '<rect x="136" y="206" width="328" height="224" rx="26" fill="$c"/><path d="M170 206 L396 146 Q418 142 422 '
        "164 L430 "
        '206Z" fill="$l"/><path d="M136 252 H464" $s/><path d="M364 290 H464 V358 H364 Q330 356 330 324 Q332 290 '
        '364 290Z" '
        'fill="$d"/><circle cx="372" cy="324" r="13" fill="$y"/>'
    ),
    "cards": (
        '<rect x="190" y="132" width="220" height="240" rx="16" fill="$w"/><rect x="190" y="132" width="220" '
        'height="48" '
        'rx="14" fill="$a"/><rect x="176" y="192" width="248" height="240" rx="18" fill="$l"/><path d="M164 250 '
        "H436 V438 Q436 "
        '460 414 460 H186 Q164 460 164 438Z" fill="$c"/><path d="M164 306 H270 Q300 306 300 336 Q300 306 330 306 '
        'H436" $s/>'
    ),
    "mat": (
        '<path d="M176 232 H478 Q506 270 506 344 Q506 420 478 446 H176Z" fill="$c"/><ellipse cx="176" cy="339" '
        'rx="62" '
        'ry="107" fill="$d"/><ellipse cx="176" cy="339" rx="44" ry="78" fill="$c"/><ellipse cx="176" cy="339" '
        'rx="27" ry="48" '
        'fill="$d"/><ellipse cx="176" cy="339" rx="11" ry="20" fill="$l"/><path d="M286 232 Q310 270 310 340 Q310 '
        "416 286 446 "
        'M418 232 Q442 270 442 340 Q442 416 418 446" fill="none" stroke="$k" stroke-width="13"/>'
    ),
    "block": (
        '<path d="M150 300 L370 250 L470 300 V400 L250 456 L150 400Z" fill="$c"/><path d="M150 300 L370 250 L470 '
        "300 L250 "
        '356Z" fill="$l"/><path d="M250 356 V456" $s/>'
    ),
    "strap": (
        '<circle cx="300" cy="316" r="138" fill="none" stroke="$c" stroke-width="54"/><circle cx="300" cy="316" '
        'r="80" '
        'fill="none" stroke="$d" stroke-width="38"/><path d="M300 178 Q430 150 486 206" fill="none" stroke="$c" '
        'stroke-width="40"/><circle cx="492" cy="214" r="26" fill="none" stroke="$m" stroke-width="12"/>'
    ),
    "tent": (
        '<path d="M300 138 L92 462 H508Z" fill="$c"/><path d="M300 138 L356 462 H508Z" fill="$d"/><path d="M300 138 '
        "L222 462 "
        'H356Z" fill="$k" opacity=".75"/><path d="M300 138 L222 462 H254 Q300 330 300 138Z" fill="$l"/><path '
        'd="M300 138 V112 '
        'M92 462 L60 484 M508 462 L540 484" fill="none" stroke="$k" stroke-width="9"/>'
    ),
    "tarp": (
        '<path d="M300 150 L76 270 L150 318 L300 246 L450 318 L524 270Z" fill="$c"/><path d="M300 150 L450 318 L524 '
        '270Z" '
        'fill="$d"/><path d="M150 318 V468 M450 318 V468 M300 246 V470" fill="none" stroke="$k" '
        'stroke-width="10"/><path '
        'd="M150 318 L92 452 M450 318 L508 452" fill="none" stroke="$m" stroke-width="5"/>'
    ),
    "sleepingbag": (
        '<path d="M214 170 Q214 94 300 94 Q386 94 386 170 Q424 260 408 360 Q400 500 300 504 Q200 500 192 360 Q176 '
        "260 214 "
        '170Z" fill="$c"/><path d="M240 182 Q240 122 300 122 Q360 122 360 182 Q352 236 300 240 Q248 236 240 182Z" '
        'fill="$l"/>'
        '<path d="M194 290 Q300 320 406 290 M192 348 Q300 380 408 348 M198 408 Q300 438 402 408 M330 238 Q352 320 '
        '346 404" '
        "$s/>"
    ),
    "chair": (
        '<path d="M170 150 L206 330 H398 L430 150 Q300 188 170 150Z" fill="$c"/><path d="M196 322 H404 L440 366 '
        'H160Z" '
        'fill="$d"/><path d="M176 366 L420 482 M424 366 L180 482 M170 150 L160 366 M430 150 L440 366" fill="none" '
        'stroke="$k" stroke-width="13"/>'
    ),
    "stove": (
        '<path d="M228 380 H372 V470 Q372 486 356 486 H244 Q228 486 228 470Z" fill="$c"/><path d="M228 412 H372 '
        'V442 H228Z" '
        'fill="$w"/><rect x="270" y="330" width="60" height="50" rx="10" fill="$m"/><path d="M196 290 H404 M210 290 '
        "L270 340 "
        'M390 290 L330 340 M330 356 H400" fill="none" stroke="$k" stroke-width="12"/><path d="M300 278 Q256 236 284 '
        "190 Q292 "
        '222 306 206 Q304 168 322 148 Q350 214 332 262 Q322 278 300 278Z" fill="$y"/>'
    ),
    "lantern": (
        '<path d="M232 170 Q232 96 300 96 Q368 96 368 170" fill="none" stroke="$k" stroke-width="12"/><path d="M220 '
        "162 H380 "
        'L392 208 H208Z" fill="$c"/><rect x="222" y="208" width="156" height="196" fill="$w"/><path d="M300 250 '
        "Q256 320 300 "
        '372 Q344 320 300 250Z" fill="$y"/><path d="M204 404 H396 V470 Q396 484 382 484 H218 Q204 484 204 470Z" '
        'fill="$c"/>'
        '<path d="M222 208 V404 M378 208 V404" $s/><circle cx="300" cy="444" r="14" fill="$d"/>'
    ),
    "headlamp": (
        '<ellipse cx="300" cy="250" rx="186" ry="104" fill="none" stroke="$d" stroke-width="42"/><path d="M300 146 '
        "Q316 240 "
        '300 330" fill="none" stroke="$d" stroke-width="26"/><rect x="214" y="296" width="172" height="136" rx="34" '
        'fill="$c"/><circle cx="300" cy="364" r="48" fill="$k"/><circle cx="300" cy="364" r="34" fill="$y"/><path '
        'd="M300 '
        '452 V486 M232 440 L210 474 M368 440 L390 474" fill="none" stroke="$y" stroke-width="11"/>'
    ),
    "bottle": (
        '<rect x="262" y="104" width="76" height="60" rx="14" fill="$k"/><path d="M262 160 H338 V192 Q384 214 384 '
        "262 V460 "
        'Q384 488 356 488 H244 Q216 488 216 460 V262 Q216 214 262 192Z" fill="$c"/><path d="M216 318 H384 V400 '
        'H216Z" '
        'fill="$d"/><path d="M244 262 V454" fill="none" stroke="$l" stroke-width="14"/>'
    ),
    "dumbbell": (
        '<path d="M218 300 H382" fill="none" stroke="$m" stroke-width="34"/><rect x="160" y="208" width="58" '
        'height="184" '
        'rx="20" fill="$c"/><rect x="382" y="208" width="58" height="184" rx="20" fill="$c"/><rect x="112" y="240" '
        'width="48" '
        'height="120" rx="16" fill="$d"/><rect x="440" y="240" width="48" height="120" rx="16" fill="$d"/>'
    ),
    "kettlebell": (
        '<path d="M222 270 Q196 132 300 132 Q404 132 378 270" fill="none" stroke="$d" stroke-width="36"/><circle '
        'cx="300" '
        'cy="360" r="124" fill="$c"/><path d="M214 466 H386 L376 488 H224Z" fill="$d"/><circle cx="300" cy="356" '
        'r="56" '
        'fill="$l"/>'
    ),
    "bands": (
        '<ellipse cx="232" cy="300" rx="96" ry="140" fill="none" stroke="$c" stroke-width="34"/><ellipse cx="318" '
        'cy="316" '
        'rx="96" ry="140" fill="none" stroke="$a" stroke-width="34"/><ellipse cx="396" cy="334" rx="84" ry="128" '
        'fill="none" '
        'stroke="$d" stroke-width="34"/>'
    ),
    "rope": (
        '<path d="M196 220 Q150 470 300 470 Q450 470 404 220" fill="none" stroke="$d" stroke-width="11"/><path '
        'd="M240 420 '
        'Q300 330 360 420" fill="none" stroke="$d" stroke-width="11"/><rect x="170" y="112" width="46" height="126" '
        'rx="20" '
        'fill="$c" transform="rotate(-8 193 175)"/><rect x="384" y="112" width="46" height="126" rx="20" fill="$c" '
        'transform="rotate(8 407 175)"/>'
    ),
    "roller": (
        '<path d="M180 228 H440 Q478 262 478 330 Q478 398 440 432 H180Z" fill="$c"/><ellipse cx="180" cy="330" '
        'rx="62" '
        'ry="102" fill="$d"/><ellipse cx="180" cy="330" rx="34" ry="58" fill="$k"/><path d="M258 232 V300 M318 232 '
        "V300 M378 "
        '232 V300 M258 360 V428 M318 360 V428 M378 360 V428" $s/>'
    ),
    "helmet": (
        '<path d="M116 352 Q116 150 312 150 Q472 150 490 336 Q440 366 392 344 Q260 396 116 352Z" fill="$c"/><path '
        'd="M200 300 '
        'Q214 210 300 184 Q260 240 262 306Z M296 304 Q300 224 372 194 Q348 248 354 296Z" fill="$d"/><path d="M206 '
        "372 Q230 "
        '456 296 462 Q350 452 376 352" fill="none" stroke="$k" stroke-width="11"/><rect x="280" y="448" width="36" '
        'height="26" rx="7" fill="$k"/>'
    ),
    "bikelight": (
        '<path d="M180 250 H330 L386 222 V386 L330 358 H180 Q156 358 156 334 V274 Q156 250 180 250Z" '
        'fill="$c"/><rect '
        'x="378" y="216" width="34" height="176" rx="12" fill="$k"/><path d="M436 250 L500 226 M440 304 H514 M436 '
        "358 L500 "
        '382" fill="none" stroke="$y" stroke-width="14"/><path d="M212 358 H288 V412 H212Z" fill="$d"/><circle '
        'cx="250" '
        'cy="304" r="18" fill="$l"/>'
    ),
    "lock": (
        '<path d="M214 300 V214 Q214 122 300 122 Q386 122 386 214 V300" fill="none" stroke="$m" '
        'stroke-width="36"/><rect '
        'x="168" y="290" width="264" height="184" rx="34" fill="$c"/><circle cx="300" cy="368" r="26" '
        'fill="$k"/><path '
        'd="M300 378 V426" fill="none" stroke="$k" stroke-width="16"/>'
    ),
    "pump": (
        '<rect x="262" y="190" width="76" height="266" rx="18" fill="$c"/><path d="M300 190 V128" fill="none" '
        'stroke="$m" '
        'stroke-width="20"/><rect x="196" y="98" width="208" height="42" rx="20" fill="$k"/><path d="M204 456 H396 '
        "V484 "
        'H204Z" fill="$d"/><path d="M338 400 Q450 396 432 270 Q424 226 456 214" fill="none" stroke="$k" '
        'stroke-width="12"/>'
        '<circle cx="300" cy="412" r="28" fill="$w"/><path d="M300 412 L314 398" fill="none" stroke="$k" '
        'stroke-width="6"/>'
    ),
    "bell": (
        '<path d="M164 330 Q164 186 300 186 Q436 186 436 330Z" fill="$c"/><path d="M142 326 H458 V356 H142Z" '
        'fill="$d"/><rect '
        'x="270" y="356" width="60" height="80" fill="$k"/><path d="M436 290 L500 262" fill="none" stroke="$k" '
        'stroke-width="16"/><path d="M210 300 Q222 232 282 220" fill="none" stroke="$l" stroke-width="14"/>'
    ),
    "pannier": (
        '<path d="M176 220 H424 L444 448 Q446 476 418 476 H182 Q154 476 156 448Z" fill="$c"/><path d="M160 158 H440 '
        "V232 "
        'H160Z" fill="$d"/><path d="M236 158 V320 M364 158 V320" fill="none" stroke="$k" stroke-width="15"/><path '
        'd="M226 122 '
        'V158 M374 122 V158 M208 122 H244 M356 122 H392" fill="none" stroke="$k" stroke-width="14"/><path d="M270 '
        "380 L330 "
        '350 V400 L270 430Z" fill="$w"/>'
    ),
}
"""Kind -> drawing."""

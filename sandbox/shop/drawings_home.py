"""Things of the house, as pieces of SVG on a canvas of 600 by 600; `pictures.py` says what $c is. Pure."""

from collections.abc import Mapping
from typing import Final

HOME: Final[Mapping[str, str]] = {
    "kettle": (
        '<path d="M206 214 Q200 112 300 112 Q400 112 394 214" fill="none" stroke="$k" stroke-width="20"/><path '
        'd="M176 470 '
        'Q152 330 222 226 H378 Q448 330 424 470 Q420 484 404 484 H196 Q180 484 176 470Z" fill="$c"/><path d="M420 '
        "330 Q478 310 "
        '506 246 L520 262 Q508 380 428 420Z" fill="$d"/><path d="M222 226 H378 L386 246 H214Z" fill="$d"/><circle '
        'cx="300" '
        'cy="208" r="18" fill="$k"/><path d="M206 300 Q186 370 198 440" fill="none" stroke="$l" stroke-width="14"/>'
    ),
    "mug": (
        '<path d="M384 254 H426 Q484 260 484 322 Q484 392 416 396 H384" fill="none" stroke="$d" '
        'stroke-width="28"/><path '
        'd="M154 206 H396 V430 Q396 484 342 484 H208 Q154 484 154 430Z" fill="$c"/><ellipse cx="275" cy="206" '
        'rx="121" '
        'ry="26" fill="$d"/><path d="M154 226 Q184 300 214 262 Q248 230 275 286 Q304 330 334 274 Q362 242 396 276 '
        'V226Z" '
        'fill="$l"/><path d="M232 148 Q212 122 236 98 M296 148 Q276 122 300 98" fill="none" stroke="$m" '
        'stroke-width="9"/>'
    ),
    "cups": (
        '<path d="M118 372 H304 Q300 452 246 456 H176 Q122 452 118 372Z" fill="$c"/><path d="M304 388 Q344 386 342 '
        "414 Q338 "
        '440 292 436" fill="none" stroke="$d" stroke-width="13"/><ellipse cx="211" cy="372" rx="93" ry="17" '
        'fill="$k" '
        'opacity=".7"/><path d="M92 462 H330 L304 482 H118Z" fill="$d"/><path d="M308 232 H478 Q474 304 426 308 '
        "H360 Q312 304 "
        '308 232Z" fill="$c"/><ellipse cx="393" cy="232" rx="85" ry="16" fill="$k" opacity=".7"/><path d="M478 246 '
        "Q514 244 "
        '512 268 Q508 292 468 288" fill="none" stroke="$d" stroke-width="12"/><path d="M286 314 H500 L478 332 H308Z" '
        'fill="$d"/>'
    ),
    "bowl": (
        '<path d="M120 276 H480 Q476 438 356 452 H244 Q124 438 120 276Z" fill="$c"/><ellipse cx="300" cy="276" '
        'rx="180" '
        'ry="44" fill="$d"/><ellipse cx="300" cy="280" rx="146" ry="30" fill="$l"/><path d="M240 452 H360 L368 480 '
        'H232Z" '
        'fill="$d"/>'
    ),
    "plates": (
        '<circle cx="300" cy="310" r="182" fill="$d"/><circle cx="300" cy="310" r="166" fill="$c"/><circle cx="300" '
        'cy="310" '
        'r="108" fill="$l"/><circle cx="300" cy="310" r="98" fill="$c"/>'
    ),
    "press": (
        '<path d="M384 240 H430 Q456 240 456 266 V390 Q456 416 430 416 H384" fill="none" stroke="$k" '
        'stroke-width="20"/><path '
        'd="M210 200 H392 V470 Q392 486 376 486 H226 Q210 486 210 470Z" fill="$m" opacity=".55"/><path d="M210 330 '
        "H392 V470 "
        'Q392 486 376 486 H226 Q210 486 210 470Z" fill="$c"/><path d="M198 178 H404 L396 214 H206Z" '
        'fill="$k"/><path d="M300 '
        '178 V112 M228 326 H374" fill="none" stroke="$k" stroke-width="12"/><circle cx="300" cy="104" r="20" '
        'fill="$k"/>'
    ),
    "jar": (
        '<rect x="206" y="112" width="188" height="66" rx="16" fill="$y"/><path d="M196 178 H404 Q430 200 430 240 '
        "V450 Q430 "
        '484 396 484 H204 Q170 484 170 450 V240 Q170 200 196 178Z" fill="$c"/><rect x="214" y="292" width="172" '
        'height="104" '
        'rx="12" fill="$w"/><path d="M244 330 H356 M244 360 H318" $s/>'
    ),
    "knife": (
        '<path d="M110 240 H352 V332 Q196 336 110 240Z" fill="$m"/><path d="M110 240 H352 V262 H130Z" fill="$w" '
        'opacity=".6"/><path d="M352 236 H492 Q514 238 512 262 L504 322 Q500 340 480 340 H400 L352 332Z" '
        'fill="$c"/><circle '
        'cx="394" cy="284" r="8" fill="$d"/><circle cx="434" cy="284" r="8" fill="$d"/><circle cx="474" cy="284" '
        'r="8" '
        'fill="$d"/>'
    ),
    "knifeblock": (
        '<path d="M190 250 L350 214 L430 250 V470 L270 490 L190 462Z" fill="$c"/><path d="M270 280 L430 250 V470 '
        'L270 490Z" '
        'fill="$d"/><path d="M222 250 L210 146 M268 240 L258 130 M314 230 L306 146 M354 224 L348 156" fill="none" '
        'stroke="$k" stroke-width="24"/>'
    ),
    "pan": (
        '<path d="M366 316 L536 236" fill="none" stroke="$k" stroke-width="28"/><circle cx="250" cy="340" r="148" '
        'fill="$d"/><circle cx="250" cy="334" r="132" fill="$c"/><circle cx="250" cy="334" r="104" fill="$l" '
        'opacity=".45"/><path d="M190 290 Q220 250 270 254" fill="none" stroke="$w" stroke-width="10" opacity=".6"/>'
    ),
    "pot": (
        '<path d="M112 286 H150 M450 286 H488" fill="none" stroke="$k" stroke-width="26"/><path d="M148 240 H452 '
        "V420 Q452 472 "
        '400 472 H200 Q148 472 148 420Z" fill="$c"/><path d="M138 244 Q150 186 300 186 Q450 186 462 244Z" '
        'fill="$d"/><circle '
        'cx="300" cy="176" r="20" fill="$k"/><path d="M182 290 V410" fill="none" stroke="$l" stroke-width="14"/>'
    ),
    "board": (
        '<path d="M176 214 H424 Q450 214 450 240 V462 Q450 488 424 488 H176 Q150 488 150 462 V240 Q150 214 176 214Z '
        'M262 214 V140 Q262 112 300 112 Q338 112 338 140 V214Z" fill="$c"/><circle cx="300" cy="150" r="15" '
        'fill="$d"/><path '
        'd="M190 270 Q260 292 410 262 M190 340 Q300 364 410 332 M190 414 Q290 436 410 402" $s opacity=".7"/>'
    ),
    "utensils": (
        '<path d="M204 300 H396 L378 486 H222Z" fill="$l"/><path d="M246 300 L220 160 M300 300 V150 M354 300 L384 '
        '168" '
        'fill="none" stroke="$c" stroke-width="20"/><ellipse cx="214" cy="136" rx="30" ry="44" fill="$c" '
        'transform="rotate(-10 '
        '214 136)"/><rect x="270" y="84" width="60" height="82" rx="14" fill="$d"/><path d="M364 176 Q352 106 394 '
        "98 Q430 106 "
        '406 176Z" fill="$c"/><path d="M204 300 H396 L392 336 H208Z" fill="$d"/>'
    ),
    "apron": (
        '<path d="M238 196 Q240 104 300 104 Q360 104 362 196" fill="none" stroke="$d" stroke-width="12"/><path '
        'd="M236 190 '
        'H364 Q364 262 424 280 V462 Q424 488 398 488 H202 Q176 488 176 462 V280 Q236 262 236 190Z" fill="$c"/><path '
        'd="M236 '
        '340 H364 V426 H236Z" fill="$d"/><path d="M176 290 L116 326 M424 290 L484 326" fill="none" stroke="$d" '
        'stroke-width="12"/>'
    ),
    "bed": (
        '<rect x="96" y="176" width="24" height="308" rx="10" fill="$y"/><rect x="480" y="290" width="24" '
        'height="194" '
        'rx="10" fill="$y"/><rect x="120" y="374" width="360" height="66" fill="$w"/><rect x="130" y="282" '
        'width="130" '
        'height="72" rx="30" fill="$l"/><path d="M232 330 Q250 304 300 308 H470 Q486 310 486 332 V420 H214 Q214 362 '
        '232 330Z" '
        'fill="$c"/><path d="M240 354 H484 M292 308 V420 M360 308 V420 M428 308 V420" $s opacity=".55"/>'
    ),
    "pillow": (
        '<path d="M132 206 Q300 172 468 206 Q452 310 468 428 Q300 462 132 428 Q148 310 132 206Z" fill="$c"/><path '
        'd="M176 240 '
        'Q300 216 424 240 M176 394 Q300 418 424 394" $s/><circle cx="132" cy="206" r="10" fill="$d"/><circle '
        'cx="468" '
        'cy="206" r="10" fill="$d"/><circle cx="132" cy="428" r="10" fill="$d"/><circle cx="468" cy="428" r="10" '
        'fill="$d"/><path d="M300 256 L352 316 L300 378 L248 316Z" fill="$l"/>'
    ),
    "towel": (
        '<path d="M110 138 H490" fill="none" stroke="$y" stroke-width="20"/><path d="M172 138 H428 V476 H172Z" '
        'fill="$c"/>'
        '<path d="M172 138 H260 V404 H172Z" fill="$d"/><path d="M260 404 H428 M260 432 H428" fill="none" stroke="$l" '
        'stroke-width="12"/><path d="M172 370 H260" fill="none" stroke="$c" stroke-width="10"/>'
    ),
    "robe": (
        '<path d="M222 138 L262 122 H338 L378 138 L464 340 L418 362 L396 306 V490 H204 V306 L182 362 L136 340Z" '
        'fill="$c"/>'
        '<path d="M262 122 L306 300 L338 122 L364 132 L312 330 V490 H296 V330 L236 132Z" fill="$l"/><path d="M204 '
        "312 H396 "
        'V340 H204Z M320 340 L352 430 M300 340 L292 420" fill="$d" stroke="$d" stroke-width="12"/>'
    ),
    "lamp": (
        '<path d="M224 120 H376 L436 296 H164Z" fill="$c"/><path d="M224 120 H376 L382 138 H218Z M170 278 H430 L436 '
        "296 "
        'H164Z" fill="$d"/><path d="M300 296 V346" fill="none" stroke="$k" stroke-width="14"/><path d="M300 336 '
        "Q238 384 252 "
        '446 Q258 472 278 478 H322 Q342 472 348 446 Q362 384 300 336Z" fill="$l"/><path d="M230 476 H370 V492 H230Z" '
        'fill="$k"/><path d="M140 330 L104 354 M460 330 L496 354" fill="none" stroke="$y" stroke-width="10"/>'
    ),
    "desklamp": (
        '<path d="M198 474 L236 300 L372 196" fill="none" stroke="$k" stroke-width="18"/><circle cx="236" cy="300" '
        'r="18" '
        'fill="$d"/><path d="M336 150 L438 190 L470 292 Q400 320 324 258Z" fill="$c"/><path d="M324 258 Q400 320 '
        "470 292 L474 "
        '306 Q392 342 312 268Z" fill="$y"/><path d="M130 466 H280 Q288 490 266 490 H144 Q122 490 130 466Z" '
        'fill="$c"/><path '
        'd="M392 344 L380 402 M450 330 L468 388" fill="none" stroke="$y" stroke-width="10"/>'
    ),
    "floorlamp": (
        '<path d="M236 98 H364 L408 218 H192Z" fill="$c"/><path d="M198 202 H402 L408 218 H192Z" fill="$d"/><path '
        'd="M300 218 '
        'V300 M300 300 L216 494 M300 300 L384 494 M300 300 V480" fill="none" stroke="$y" stroke-width="15"/><path '
        'd="M166 250 '
        'L138 272 M434 250 L462 272" fill="none" stroke="$l" stroke-width="10"/>'
    ),
    "pendant": (
        '<path d="M300 60 V216" fill="none" stroke="$k" stroke-width="9"/><path d="M274 210 H326 L334 244 H266Z" '
        'fill="$k"/><path d="M142 402 Q146 244 300 240 Q454 244 458 402Z" fill="$c"/><path d="M142 396 H458 V414 '
        'H142Z" '
        'fill="$d"/><path d="M250 414 Q252 462 300 464 Q348 462 350 414Z" fill="$y"/><path d="M188 370 Q200 300 254 '
        '276" '
        'fill="none" stroke="$l" stroke-width="13"/>'
    ),
    "garland": (
        '<path d="M76 190 Q190 330 300 250 Q420 170 524 310" fill="none" stroke="$k" stroke-width="9"/><path '
        'd="M120 240 v30 '
        'M206 282 v30 M300 250 v30 M392 226 v30 M474 258 v30" fill="none" stroke="$k" stroke-width="14"/><circle '
        'cx="120" '
        'cy="296" r="34" fill="$c"/><circle cx="206" cy="340" r="34" fill="$y"/><circle cx="300" cy="308" r="34" '
        'fill="$c"/><circle cx="392" cy="284" r="34" fill="$y"/><circle cx="474" cy="316" r="34" fill="$c"/>'
    ),
    "rabbit": (
        '<path d="M236 262 Q196 96 250 92 Q292 96 288 254Z M364 262 Q404 96 350 92 Q308 96 312 254Z" '
        'fill="$c"/><path d="M250 '
        '236 Q232 132 254 128 Q272 136 270 236Z M350 236 Q368 132 346 128 Q328 136 330 236Z" fill="$p"/><path '
        'd="M156 398 '
        'Q152 246 300 242 Q448 246 444 398 Q440 488 300 488 Q160 488 156 398Z" fill="$c"/><circle cx="248" cy="356" '
        'r="13" '
        'fill="$k"/><circle cx="352" cy="356" r="13" fill="$k"/><path d="M284 386 H316 L300 402Z" '
        'fill="$p"/><circle cx="212" '
        'cy="394" r="20" fill="$p" opacity=".6"/><circle cx="388" cy="394" r="20" fill="$p" opacity=".6"/>'
    ),
    "candle": (
        '<path d="M300 214 V176" fill="none" stroke="$k" stroke-width="9"/><path d="M300 176 Q262 140 300 76 Q338 '
        "140 300 "
        '176Z" fill="$y"/><ellipse cx="300" cy="226" rx="118" ry="24" fill="$w"/><path d="M182 226 V450 Q182 486 '
        "218 486 H382 "
        'Q418 486 418 450 V226 Q300 270 182 226Z" fill="$c"/><rect x="228" y="322" width="144" height="96" rx="10" '
        'fill="$w"/><path d="M258 358 H342 M270 386 H330" $s/>'
    ),
    "curtain": (
        '<path d="M92 122 H508" fill="none" stroke="$y" stroke-width="20"/><path d="M112 122 H270 Q284 330 182 488 '
        'H112Z" '
        'fill="$c"/><path d="M488 122 H330 Q316 330 418 488 H488Z" fill="$c"/><path d="M154 132 Q170 320 138 486 '
        "M206 132 Q218 "
        '300 170 462 M446 132 Q430 320 462 486 M394 132 Q382 300 430 462" $s/>'
    ),
    "throw": (
        '<path d="M130 190 Q220 146 320 186 Q410 216 474 178 V420 Q400 462 310 424 Q220 388 130 428Z" '
        'fill="$c"/><path '
        'd="M130 250 Q220 206 320 246 Q410 276 474 238 M130 310 Q220 266 320 306 Q410 336 474 298 M130 370 Q220 326 '
        "320 366 "
        'Q410 396 474 358" fill="none" stroke="$l" stroke-width="11"/><path d="M136 430 v32 M176 414 v32 M216 404 '
        "v32 M256 410 "
        'v32 M296 424 v32 M336 438 v32 M376 446 v32 M416 444 v32 M456 432 v32" $s/>'
    ),
    "rug": (
        '<path d="M120 230 L480 190 L508 430 L92 452Z" fill="$c"/><path d="M152 258 L452 224 L474 402 L128 422Z" '
        'fill="$d"/>'
        '<path d="M184 284 L426 258 L440 376 L166 392Z" fill="$l"/><path d="M120 230 l-16 -14 M115 270 l-18 -10 '
        "M110 316 l-18 "
        "-8 M104 362 l-18 -6 M98 410 l-18 -4 M480 190 l16 -14 M486 240 l18 -10 M493 290 l18 -8 M499 340 l18 -6 M504 "
        "390 l18 "
        '-4" $s/>'
    ),
    "vase": (
        '<path d="M300 260 Q292 160 246 112 M300 260 Q310 180 364 128 M300 260 V92" fill="none" stroke="$g" '
        'stroke-width="9"/><circle cx="240" cy="106" r="28" fill="$a"/><circle cx="300" cy="84" r="28" '
        'fill="$y"/><circle '
        'cx="370" cy="122" r="28" fill="$a"/><path d="M262 246 H338 Q334 300 380 356 Q416 430 366 486 H234 Q184 430 '
        "220 356 "
        'Q266 300 262 246Z" fill="$c"/><path d="M258 246 H342 V262 H258Z" fill="$d"/><path d="M232 380 Q216 424 238 '
        '458" '
        'fill="none" stroke="$l" stroke-width="14"/>'
    ),
    "box": (
        '<path d="M140 250 L300 190 L460 250 V430 L300 490 L140 430Z" fill="$c"/><path d="M300 310 L460 250 V430 '
        'L300 490Z" '
        'fill="$d"/><path d="M140 250 L300 310 L460 250 L300 190Z" fill="$l"/>'
    ),
}
"""Kind -> drawing; `box` stands for everything else."""

"""What is worn, as pieces of SVG on a canvas of 600 by 600; `pictures.py` says what $c is. Pure."""

from collections.abc import Mapping
from typing import Final

_SLEEVES = "M218 172 L254 146 H346 L382 172 L472 318 L424 350 L396 300"
_BODY = f'<path d="{_SLEEVES} V462 H204 V300 L176 350 L128 318 Z" fill="$c"/>'
_ARMS = '<path d="M204 300 V236 M396 300 V236" $s/>'

WEAR: Final[Mapping[str, str]] = {
    "jacket": (
        f'{_BODY}{_ARMS}<path d="M254 146 Q300 84 346 146 Q338 196 300 204 Q262 196 254 146Z" fill="$d"/>'
        '<path d="M270 150 Q300 112 330 150 Q322 178 300 184 Q278 178 270 150Z" fill="$k" opacity=".35"/>'
        '<path d="M300 204 V462 M228 384 L262 366 M372 384 L338 366" $s/><path d="M128 318 L176 350 M472 318 L424 '
        '350" $s/>'
    ),
    "puffer": (
        f'{_BODY}{_ARMS}<path d="M250 150 Q300 120 350 150 L344 186 Q300 200 256 186Z" fill="$d"/>'
        '<path d="M204 252 H396 M204 304 H396 M204 356 H396 M204 408 H396 M300 196 V462 M166 262 L206 282 M434 262 '
        'L394 282" $s/>'
    ),
    "parka": (
        '<path d="M218 152 L254 128 H346 L382 152 L466 306 L420 336 L400 296 V492 H200 V296 L180 336 L134 306Z" '
        'fill="$c"/>'
        '<path d="M246 132 Q300 66 354 132 Q350 190 300 200 Q250 190 246 132Z" fill="$l"/>'
        '<path d="M266 138 Q300 98 334 138 Q328 172 300 178 Q272 172 266 138Z" fill="$d"/>'
        '<path d="M300 200 V492 M200 296 V232 M400 296 V232 M200 336 H400 M232 400 V440 H268 V400Z M332 400 V440 '
        'H368 V400Z" '
        "$s/>"
    ),
    "vest": (
        '<path d="M224 152 L256 136 Q300 166 344 136 L376 152 Q366 222 398 258 V464 H202 V258 Q234 222 224 152Z" '
        'fill="$c"/>'
        '<path d="M256 136 Q300 176 344 136 L340 122 Q300 146 260 122Z" fill="$d"/>'
        '<path d="M300 160 V464 M206 292 H394 M202 346 H398 M202 402 H398" $s/>'
    ),
    "dress": (
        '<path d="M238 126 L262 126 Q300 190 338 126 L362 126 Q360 196 378 218 L352 276 L436 474 Q300 508 164 474 '
        "L248 276 "
        'L222 218 Q240 196 238 126Z" fill="$c"/><path d="M248 276 H352 L358 296 H242Z" fill="$d"/>'
        '<path d="M268 318 L236 470 M332 318 L364 470 M300 318 V484" $s opacity=".6"/>'
    ),
    "skirt": (
        '<path d="M226 160 H374 L442 460 Q300 500 158 460Z" fill="$c"/><path d="M224 146 H376 V178 H224Z" fill="$d"/>'
        '<path d="M264 200 L228 462 M336 200 L372 462 M300 200 V474" $s opacity=".6"/>'
    ),
    "sweater": (
        f'{_BODY}{_ARMS}<path d="M254 146 Q300 190 346 146 L354 158 Q300 214 246 158Z" fill="$d"/>'
        '<path d="M204 438 H396 V462 H204Z M128 318 L176 350 L186 334 L138 302Z M472 318 L424 350 L414 334 L462 '
        '302Z" '
        'fill="$d"/><path d="M250 250 l18 18 18-18 18 18 18-18 18 18 18-18 M250 300 l18 18 18-18 18 18 18-18 18 18 '
        '18-18" '
        'fill="none" stroke="$l" stroke-width="7"/>'
    ),
    "cardigan": (
        f'{_BODY}{_ARMS}<path d="M254 146 L300 276 L346 146 L364 158 L306 320 V462 H294 V320 L236 158Z" fill="$d"/>'
        '<circle cx="318" cy="338" r="7" fill="$l"/><circle cx="318" cy="378" r="7" fill="$l"/>'
        '<circle cx="318" cy="418" r="7" fill="$l"/><path d="M222 380 H270 V426 H222Z M334 380 H378 V426 H342" $s/>'
    ),
    "tshirt": (
        '<path d="M222 160 L258 140 Q300 184 342 140 L378 160 L462 262 L406 304 L384 276 V466 H216 V276 L194 304 '
        'L138 262Z" '
        'fill="$c"/><path d="M258 140 Q300 184 342 140 L352 146 Q300 202 248 146Z" fill="$d"/>'
        '<path d="M216 276 V238 M384 276 V238" $s/>'
    ),
    "shirt": (
        f'{_BODY}{_ARMS}<path d="M254 146 L300 204 L346 146 L364 160 L332 222 L300 204 L268 222 L236 160Z" '
        f'fill="$l"/>'
        '<path d="M300 204 V462 M334 270 H376 V312 H334Z" $s/><circle cx="312" cy="256" r="5" fill="$l"/>'
        '<circle cx="312" cy="306" r="5" fill="$l"/><circle cx="312" cy="356" r="5" fill="$l"/>'
        '<circle cx="312" cy="406" r="5" fill="$l"/>'
    ),
    "pants": (
        '<path d="M214 124 H386 L414 484 H328 L300 250 L272 484 H186Z" fill="$c"/><path d="M213 124 H387 L390 154 '
        'H210Z" '
        'fill="$d"/><path d="M300 154 V250 M232 154 Q230 194 204 204 M368 154 Q370 194 396 204 M188 456 H276 M324 '
        '456 H412" '
        "$s/>"
    ),
    "shorts": (
        '<path d="M206 176 H394 L426 412 H316 L300 316 L284 412 H174Z" fill="$c"/><path d="M206 176 H394 L398 208 '
        'H202Z" '
        'fill="$d"/><path d="M300 208 V316 M226 208 Q222 244 192 254 M374 208 Q378 244 408 254" $s/>'
    ),
    "overall": (
        '<path d="M222 158 L256 140 H344 L378 158 L444 270 L402 296 L384 268 L398 484 H318 L300 356 L282 484 H202 '
        "L216 268 "
        'L198 296 L156 270Z" fill="$c"/><path d="M252 142 Q300 86 348 142 Q340 192 300 200 Q260 192 252 142Z" '
        'fill="$d"/>'
        '<path d="M272 146 Q300 112 328 146 Q320 172 300 178 Q280 172 272 146Z" fill="$l"/>'
        '<path d="M300 200 V340 M216 268 V226 M384 268 V226 M206 450 H286 M314 450 H396" $s/>'
    ),
    "beanie": (
        '<path d="M160 372 Q160 172 300 172 Q440 172 440 372Z" fill="$c"/><rect x="140" y="352" width="320" '
        'height="92" '
        'rx="28" fill="$d"/><path d="M190 366 V430 M234 366 V430 M278 366 V430 M322 366 V430 M366 366 V430 M410 366 '
        'V430" '
        'fill="none" stroke="$c" stroke-width="7"/><path d="M236 200 Q214 260 216 350 M364 200 Q386 260 384 350 '
        "M300 174 "
        'V350" $s opacity=".6"/>'
    ),
    "cap": (
        '<path d="M158 366 Q164 206 302 206 Q430 206 440 366Z" fill="$c"/><path d="M404 330 Q518 340 524 392 Q470 '
        "408 392 "
        '372Z" fill="$d"/><circle cx="302" cy="204" r="12" fill="$d"/><path d="M302 214 Q270 280 276 366 M302 214 '
        "Q352 280 "
        '352 366 M158 366 H440" $s/>'
    ),
    "gloves": (
        '<path d="M150 456 V300 Q150 216 206 216 Q252 216 254 288 L272 262 Q294 244 306 266 L262 372 V456Z" '
        'fill="$c"/>'
        '<path d="M450 456 V300 Q450 216 394 216 Q348 216 346 288 L328 262 Q306 244 294 266 L338 372 V456Z" '
        'fill="$c" '
        'stroke="$d" stroke-width="6"/><path d="M142 418 H270 V462 H142Z M330 418 H458 V462 H330Z" fill="$d"/>'
    ),
    "socks": (
        '<path d="M206 126 H292 V326 Q290 372 236 412 Q182 446 150 412 Q126 376 170 348 Q206 326 206 286Z" '
        'fill="$c"/>'
        '<path d="M344 152 H430 V352 Q428 398 374 438 Q320 472 288 438 Q264 402 308 374 Q344 352 344 312Z" '
        'fill="$c"/>'
        '<path d="M206 126 H292 V168 H206Z M344 152 H430 V194 H344Z" fill="$d"/>'
        '<path d="M206 206 H292 M344 232 H430" fill="none" stroke="$l" stroke-width="12"/>'
    ),
    "scarf": (
        '<path d="M206 150 Q300 98 394 150 Q424 196 394 228 Q300 280 206 228 Q176 196 206 150Z" fill="$d"/>'
        '<path d="M318 206 L396 196 L420 456 H340Z" fill="$c"/><path d="M222 206 H312 L300 424 H214Z" fill="$c"/>'
        '<path d="M216 392 H302 M338 420 H417 M218 356 H304 M334 384 H414" fill="none" stroke="$l" stroke-width="9"/>'
        '<path d="M224 426 v34 M246 426 v34 M268 426 v34 M290 426 v34 M350 458 v34 M372 458 v34 M394 458 v34" $s/>'
    ),
    "belt": (
        '<path d="M300 152 A160 160 0 1 1 180 206 L216 238 A112 112 0 1 0 300 200Z" fill="$c"/>'
        '<rect x="196" y="140" width="104" height="76" rx="12" fill="none" stroke="$m" stroke-width="16" '
        'transform="rotate(-14 248 178)"/><path d="M238 180 H306" fill="none" stroke="$m" stroke-width="12"/>'
        '<circle cx="430" cy="330" r="6" fill="$d"/><circle cx="416" cy="372" r="6" fill="$d"/><circle cx="390" '
        'cy="408" '
        'r="6" fill="$d"/>'
    ),
    "shoe": (
        '<path d="M112 366 Q112 270 132 258 Q186 292 220 244 L246 214 Q314 320 430 340 Q494 354 496 402 H112Z" '
        'fill="$c"/>'
        '<path d="M104 396 H500 Q512 442 472 446 H130 Q102 444 104 396Z" fill="$w"/><path d="M108 428 H502 Q494 446 '
        "472 446 "
        'H130 Q112 444 108 428Z" fill="$d"/><path d="M252 268 l34-22 M278 294 l34-24 M306 316 l32-26 M150 396 Q238 '
        "396 300 "
        '336" $s/><path d="M120 300 Q166 330 206 312" fill="none" stroke="$l" stroke-width="9"/>'
    ),
    "boots": (
        '<path d="M200 128 H300 V330 Q360 350 404 364 Q448 380 446 432 H200Z" fill="$c"/><path d="M192 424 H452 '
        'V462 H192Z" '
        'fill="$d"/><path d="M192 122 H308 V162 H192Z" fill="$d"/><path d="M222 190 V390" fill="none" stroke="$l" '
        'stroke-width="12"/><path d="M330 462 V448 M376 462 V448 M284 462 V448 M238 462 V448" fill="none" '
        'stroke="$c" '
        'stroke-width="10"/>'
    ),
    "umbrella": (
        '<path d="M112 310 Q126 130 300 124 Q474 130 488 310 Q456 276 424 310 Q394 276 362 310 Q332 276 300 310 '
        "Q268 276 238 "
        '310 Q206 276 176 310 Q144 276 112 310Z" fill="$c"/><path d="M300 124 Q218 180 238 310 Q268 276 300 310 '
        "Q332 276 362 "
        '310 Q382 180 300 124Z" fill="$d"/><path d="M300 92 V124 M300 310 V446 Q300 486 334 486 Q364 484 364 452" '
        'fill="none" '
        'stroke="$k" stroke-width="13"/>'
    ),
}
"""Kind -> drawing."""

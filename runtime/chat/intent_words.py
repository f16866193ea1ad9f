"""Words and beginnings by which `intent` knows what a turn is about, Russian and English, in lower case. Pure."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from shared.stores import LinkKind

Civility = Literal["greeting", "thanks", "farewell"]


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


CIVIL: Final[Mapping[Civility, frozenset[str]]] = {
    "greeting": _set(
        "greetings hello hey hi hiya howdy",
        "доброго доброе доброй добрый здравствуй здравствуйте здрасте здрасьте привет приветик приветствую салют",
        "хай",
    ),
    "thanks": _set("thanks thank thx ty cheers спасибо спс благодарю спасибки сенкс"),
    "farewell": _set("bye goodbye cya пока прощайте свидания досвидания бай"),
}
"""Words that make a turn one of these, where all its others are POLITE."""

POLITE: Final = _set(
    "no нет не надо",
    "a again all and are day everyone everything for good great have help how i is it later lot much nice",
    "night now ok okay perfect see sir so team that's the there to very was you your",
    "большое бот вам вас вечер вечера времени все всего всем всё вы девушка дела день дня до за и как ладно",
    "ночи огромное ок окей очень помощь понятно ребята скорого спокойной суток тебе ты удачи утра утро",
    "хорошего хорошо",
)

SERVICE: Final[Mapping[LinkKind, re.Pattern[str]]] = {
    "delivery": _any(
        r"\b(?:deliver\w*|shipping|shipped|courier)\b|\b(?:do you|can you|you) ship\b",
        r"\bships? (?:to|internationally|worldwide|abroad)\b",
        r"\b(?:достав\w+|привез\w+|курьер\w*|самовывоз\w*|отправля\w+|пересыла\w+)",
    ),
    "returns": _any(
        r"\b(?:returns?|returned|refunds?|exchanges?|money back|warranty claim)\b",
        r"\b(?:возврат\w*|вернуть|верну|возвраща\w+|обмен(?:а|у|ом|е)?|обменять|поменять)\b",
    ),
    "contacts": _any(
        r"\bcontacts?\b(?! lens)",
        r"\b(?:(?<!my )phone number|call you|e-?mail (?:you|address)|customer (?:service|support))\b",
        r"\b(?:opening hours|store address)\b",
        r"\byour (?:address|phone|e-?mail|number|manager)\b",
        r"\b(?:talk|speak) to (?:a |an )?(?:human|person|manager|agent|someone)\b",
        r"\b(?:контакт(?:ы|ов|ам|ный|ная|ные)?|позвонить|связаться|часы работы|график работы|режим работы)\b",
        r"\b(?:ваш\w* (?:номер )?телефон\w*|номер (?:вашего )?телефона(?: магазина)?(?=\W*$)|телефон магазина"
        r"|адрес магазина|где (?:вы )?находит\w+)",
        r"\b(?:ваш адрес|оператор\w*|менеджер\w*|живы[мй]\w* человек\w*|с человеком)\b",
    ),
    "privacy": _any(
        r"\b(?:privacy|personal data|gdpr)\b",
        r"\b(?:персональн\w+ данн\w+|конфиденциальност\w+|политик\w+ обработки)",
    ),
}

ABOUT_SERVICE: Final = _set(
    "internationally ways methods free способы способ",
    "about abroad accept again agent any anywhere available back bought call charge charged charges cheap",
    "contact contacts cost costs customer damaged day days didn't do does doesn't e-mail fast fee fees",
    "fit fits free get goods got have hour hours how human if international it item items like long manager",
    "many much my not number often open order ordered orders paid pay payment person policy possible",
    "product product's products purchase purchased quick rules service size someone something soon speak",
    "support take takes talk terms thing things through time today tomorrow track tracking unworn used week",
    "weekend weeks what when where which worldwide wrong you your",
    "адрес бесплатная бесплатно бесплатную будет были быстрая быстро вами вас ваш ваша ваши вашу вещи вещь",
    "возможен возможна возможно время вы где день деньги дней дня долго если есть живой живым завтра заказ",
    "заказа заказать заказы какая какие какой каком какую когда куда купил купила ли магазин магазина",
    "магазином менеджером меня мне можно моими моих мой мою на номер нужно обычно оператором оплата",
    "осуществляете осуществляется оформить переключите платная платно по поговорить подошел подошла подошло",
    "подошёл позовите покупку получить получу почта почтой правила размер регионы связи связь сделать сегодня",
    "сколько соедините срок сроки стоимость стоит страну страны сутки товар товара товаров товары у",
    "условие условия условиях цена часов часы человек человеком через что это я",
)
"""What is said about service beside its own words; anything else might be a product, and is looked for."""

BEFORE_A_PLACE: Final = _set("to in into from within for в во на до из по от")
"""What stands behind one of these is a place or a time: to Berlin, «в Казань»."""

SMALL: Final = _set(
    "a an and any are can could i is me of or please the we would",
    "а бы да же за и или к как не нет с со то что",
)

PROMO: Final = _any(
    r"\b(?:promo(?:tion(?:al)?)?[- ]?codes?|promos?|coupons?|vouchers?|discount codes?)\b",
    r"\b(?:промо-?код\w*|купон\w*|код\w* на скидку|скидочн\w+ код\w*)\b",
)
ABOUT_PROMO: Final = _set(
    "code codes coupon discount do first for get give got have my new order promo secret share tell valid",
    "working you your",
    "вас дай дайте действующий есть заказ какие какой код ли любой мне можно на новый первый поделись",
    "поделитесь подскажи подскажите получить рабочий секретный скажи скидка скидки скидку у хочу",
)

ABUSE: Final = _any(
    r"\b(?:fuck\w*|shit(?:ty|s)?|bitch\w*|asshole\w*|bastard\w*|cunt\w*|dickhead\w*|moron\w*|idiots?|stupid bot)\b",
    r"\b(?:(?:на|по|за|ни|до|о|от)?ху[йеёияю]\w*|пизд\w+|[её]бан\w+|бля(?:д\w*|ть)?|сук[аи]|муд[ао]к\w*)\b",
    r"\b(?:(?:за|от|вы|на|по|у)?[её]б(?:ать|ал|ись|ло|учий)\w*|идиот\w*|дебил\w*|урод\w*|твар[ьи])\b",
    r"\bтуп(?:ая|ой|ые) бот\w*",
)
ABOUT_ABUSE: Final = _set(
    "a are bot go hate is off so such the this to total useless what you your yourself",
    "бот вон все всё вы здесь иди какая какой на отвали полная полный пошел пошла пошёл такая такой тут ты",
    "это",
)

ASSISTANT: Final = _any(
    r"(?:who|what) are you|how are you(?: doing)?|как (?:у (?:тебя|вас) )?дела",
    r"are you (?:a |an )?(?:bot|human|robot|ai|real(?: person)?|person)",
    r"what can you do|how can you help(?: me)?",
    r"(?:а )?(?:кто|что) (?:ты|вы)(?: так\w+)?|(?:а )?(?:ты|вы) (?:бот|робот|человек|живой)",
    r"(?:а )?что (?:ты |вы )?(?:умеешь|умеете)|чем (?:ты |вы )?(?:можешь|можете) (?:мне )?помочь",
)

_A_TEXT: Final = r"poem|essay|story|song|code|script|program|function|e-?mail|letter|article|joke|haiku|sql|regex"
_RUSSIAN_TEXT: Final = (
    r"стих\w*|эссе|реферат\w*|сочинени\w+|рассказ\w*|сказк\w+|песн\w+|код|скрипт\w*|программ\w+|функци\w+|письмо|стать\w+"
    r"|шутк\w+|анекдот\w*|запрос\w*"
)
_TO_ITS_END: Final = r"(?=\W*$| (?:about|on|that|to|in|which|for|from|of|with)\b)"
"""So that a letter is one, and a letter opener is not."""

OFF_TOPIC: Final = _any(
    r"(?:please |can you |could you )*(?:write|compose|generate|create)(?: me)?(?: an?| some| the)? (?:\w+ ){0,3}"
    rf"(?:{_A_TEXT})s?{_TO_ITS_END}",
    rf"(?:please |can you )*(?:tell me a (?:joke|story){_TO_ITS_END}|translate(?:$| (?:this|the|it|to|into|from)\b)"
    r"|solve (?:this|the|an?|for) |summari[sz]e\b|do my homework)",
    r"what(?:'s| is) the (?:weather|news|time)(?=\W*$| (?:in|like|today|tomorrow|now)\b)",
    r"what(?:'s| is) the capital of\b",
    r"weather (?:in|for|today|tomorrow|forecast)\b|who is the president\b",
    r"(?:what(?:'s| is)|how much is) \d+ ?[-+*/x×] ?\d+(?=\W*$)",
    r"(?:please )?(?:ignore|disregard|forget|override)(?: \w+){0,4} (?:instructions?|rules?|prompts?)\b",
    r"(?:show|print|repeat|reveal|tell)(?: me| us)?(?: \w+){0,2} (?:system|initial|hidden|your)"
    r"(?: system| initial| hidden)? "
    r"(?:prompt|instructions?|rules)(?=\W*$| (?:word|verbatim|in full|please|now|above))",
    r"(?:act|behave|roleplay) as an? (?:\w+ )?(?:pirate|hacker|developer|doctor|lawyer|linux|terminal|ai|bot|human)\b",
    r"pretend (?:to be|you are|you're)\b|enter (?:developer|dan|admin) mode\b",
    r"(?:пожалуйста,? )?(?:напиши|напишите|сочини|сочините|придумай|сгенерируй|составь)(?: мне)? (?:\w+ ){0,3}"
    rf"(?:{_RUSSIAN_TEXT})(?!\w| товара| модели)",
    r"расскажи(?:те)?(?: мне)? (?:анекдот|шутку|сказку|историю)(?!\w)|переведи(?:те)?\b",
    r"реши(?:те)? (?:\w+ )?(?:задач|уравнени|пример)",
    r"какая (?:сегодня |завтра |там )?погода(?=\W*$| (?:в|на|сегодня|завтра|сейчас|будет)\b)"
    r"|погода (?:в|на|сегодня|завтра)\b|кто президент",
    r"сколько будет \d+ ?[-+*/x×] ?\d+(?=\W*$)",
    r"(?:игнорируй|забудь|проигнорируй|отмени)(?: про)?(?: все| свои| эти| предыдущие| данные| любые){0,3} "
    r"(?:инструкци|правила|указани|промпт)",
    r"(?:покажи|выведи|повтори|раскрой|напиши)(?: мне)?(?: сво[йи]\w*| весь| все| системн\w+){1,3} "
    r"(?:промпт|инструкци\w*|правила)(?=\W*$| (?:слово|полностью|целиком))",
    r"(?:притворись|веди себя как)(?!\w)",
)
"""How turns begin that a shop assistant is not for. Others are left to the model, which is told to decline them."""

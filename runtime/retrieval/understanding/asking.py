"""What a question only asks with: "do you sell", «нет ли у вас». No product is found by it. Pure."""

from typing import Final

from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import Span, Tokens, at

_OPENERS: Final = Phrases(
    {
        "asks": "do you sell|do you have|do you still have|do you also have|do you happen to have|do you carry"
        "|do you stock|do you offer|did you have|have you got|got any|is there|are there|is there any|are there any"
        "|i need|i want|i want to buy|i wanna buy|i need to buy|i would like|i would like to buy|i'd like"
        "|i'd like to buy|i am looking for|i'm looking for|im looking for|we are looking for|we're looking for"
        "|we need|looking for|look for|searching for|search for|i am searching for|i'm searching for"
        "|i am interested in|i'm interested in|interested in|show me|please show me|show us|find me|give me|get me"
        "|can you show me|could you show me|can you find me|could you find me|can you recommend|could you recommend"
        "|can you recommend me|can you suggest|could you suggest|please recommend|please suggest|recommend me"
        "|suggest me|where can i buy|where can i find|where do i find|can i buy|can i get|can i order|could i get"
        "|what about|how about|how much is|how much are|how much does|price of|the price of|prices of"
        "|what is the price of|what are the prices of|price range of|price range for|what is the price range for"
        "|what is the price range of|what's the price range for|what's the price of|tell me about|tell me more about"
        "|what do you have in|what do you have for"
        "|есть ли|есть ли у вас|у вас есть|у вас есть ли|есть у вас|а есть|а у вас есть|а есть ли|нет ли|нет ли у вас"
        "|не найдется ли|не найдется ли у вас|у вас нет|имеется ли|имеются ли|имеется ли у вас|имеются ли у вас"
        "|бывают ли|бывает ли|что есть из|какие есть|какая есть|какой есть|какое есть|какие у вас есть"
        "|какие у вас|какая у вас|какой у вас|какое у вас|какие бывают|вы продаете|продаете ли вы|продаете|продаются ли"
        "|продается ли|у вас продаются|у вас продается|мне нужен|мне нужна|мне нужно|мне нужны|нужен|нужна|нужно|нужны"
        "|нам нужен|нам нужна|нам нужно|нам нужны|мне бы|я ищу|ищу|ищем|мы ищем|хочу|я хочу|хочу купить|я хочу купить"
        "|хотел бы|хотела бы|хотел бы купить|хотела бы купить|хотелось бы|хотим купить|где купить|где можно купить"
        "|где найти|можно купить|могу купить|могу я купить|можно заказать|покажи|покажите|покажи мне|покажите мне"
        "|покажи нам|покажите нам|можете показать|можете посоветовать|можете порекомендовать|можете подобрать"
        "|найди|найдите|найди мне|найдите мне|подбери|подберите|подбери мне|подберите мне|подскажи|подскажите"
        "|подскажите есть ли|посоветуй|посоветуйте|порекомендуй|порекомендуйте|предложи|предложите|дайте|дай"
        "|помогите выбрать|помоги выбрать|помогите найти|помогите подобрать|интересует|интересуют|меня интересует"
        "|меня интересуют|сколько стоит|сколько стоят|почем|почем у вас|цена на|цены на"
        "|какая цена на|какие цены на|какие у вас цены на|по какой цене|расскажи про|расскажите про|расскажите о",
    }
)
"""Leads up to what is wanted. In full phrases only: the single words stand in names, too ("Hello Kitty", "need for
speed"), and of names that begin like a whole phrase there are few."""

_GREETINGS: Final = Phrases(
    {
        "greets": "hi|hello|hey|hi there|hello there|good morning|good afternoon|good evening|please|excuse me|thanks"
        "|привет|здравствуйте|здравствуй|добрый день|добрый вечер|доброе утро|пожалуйста|скажите|скажите пожалуйста"
        "|извините|простите|спасибо",
    }
)
"""Said to the seller: before a mark, or before a phrase that asks; "please" and its like behind everything as well."""

_TRAILING: Final = frozenset({"please", "пожалуйста", "плиз", "?", "!", ".", ","})
_BETWEEN: Final = frozenset({"a", "an", "any", "some", ",", ":"})


def asked(tokens: Tokens) -> Span:
    """From the first to behind the last token of what is asked for; all of `tokens` where they only ask."""
    start, end = _opened(tokens), len(tokens)
    while end > start and tokens[end - 1].key in _TRAILING:
        end -= 1
    return (start, end) if start < end else (0, len(tokens))


def _opened(tokens: Tokens) -> int:
    start = 0
    while (behind := _behind_phrase(tokens, start)) > start:
        start = behind
    return start


def _behind_phrase(tokens: Tokens, start: int) -> int:
    behind = _OPENERS.skip(tokens, start)
    if behind > start:
        return behind + 1 if at(tokens, behind).key in _BETWEEN else behind
    greeted = _GREETINGS.skip(tokens, start)
    if greeted > start and at(tokens, greeted).key in (",", "!", "."):
        return greeted + 1
    return greeted if greeted > start and _OPENERS.match(tokens, greeted) else start

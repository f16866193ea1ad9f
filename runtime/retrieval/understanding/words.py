"""Words of grammar that the rules know, Russian and English side by side, in lower case and with е for ё. Pure."""

import re
from typing import Final


def word_set(*lines: str) -> frozenset[str]:
    """The words of `lines`, as the rules keep their lists."""
    return frozenset(" ".join(lines).split())


PREPOSITIONS: Final = word_set(
    "about after against around as at before between by during for from in inside into like made near of off on onto",
    "out over per than through to under until up via while with within without",
    "без в вместо во для до за из к как ко кроме между на над о об около от по под при про с со среди у через",
)
JOINERS: Final = word_set("and but nor or plus yet а и или либо но ни да")
"""What joins two parts of a question, and means nothing at the edge of what is left of it."""
PRONOUNS: Final = word_set(
    "a all am an another any anything are be been best can could did do does everything get had has have he her his i",
    "if is it its just let me mine my no none not one ones only our please she so some something such that the their",
    "them then there these they thing things this those too us very was we were what when where which who will would",
    "yes you your i'm i'd it's don't that's",
    "бы был была были было быть ваш вам вас все всё вы да ее ему если есть еще же и их кто ли лишь меня мне можно мой",
    "мы надо нам нас наш не нет ни ну он она они оно очень просто сам свой себе так такая такие такое такой там то",
    "только тоже тут ты уже что чтобы что-то это эта эти этот я который которая которое которые",
)
FUNCTION_WORDS: Final = PREPOSITIONS | JOINERS | PRONOUNS
"""Words of grammar: no category, no value and no product is ever called so alone."""

ASKING: Final = word_set(
    "what which",
    "a advise any are available buy can could display do does find get give got had has have hello hey hi i i'd i'm",
    "interested is it it's list looking me my need offer offers our please recommend search see sell shop show some",
    "store how much cost costs suggest tell thanks the there us want wanted we would you your ones one",
    "something anything everything now today currently",
    "вам вас вы выбрать где дай дайте добрый день бывает бывают есть здравствуйте имеется имеются интересует",
    "интересуют ищем ищу какая какие какой какое какую ли магазин магазине меня мне можете можно мы надо найди",
    "найдите нам нас нужен нужна нужно нужны подбери подберите подобрать подскажи подскажите пожалуйста покажи",
    "покажите порекомендуй порекомендуйте посоветуй посоветуйте предложи предложите привет продаете продается",
    "продаются скажите спасибо у сколько стоит стоят хотел хотела хотелось бы хочу что мой моя мои все всё что-то",
    "что-нибудь какой-нибудь какая-нибудь нибудь сейчас сегодня",
)
"""Words that only ask: cut from the edges of what is left once conditions are out of a question."""

NUMBERS: Final = {
    word: number
    for number, words in {
        1: "one один одна одно одну одного",
        2: "two два две двух двое пару",
        3: "three три трех трое",
        4: "four четыре четырех четверо",
        5: "five пять пяти пятеро",
        6: "six шесть шести",
        7: "seven семь семи",
        8: "eight восемь восьми",
        9: "nine девять девяти",
        10: "ten десять десяти",
    }.items()
    for word in words.split()
}
"""Words for the numbers of products that a shopper asks for."""

_ENDINGS: Final = word_set("ый ий ой ая яя ое ее ые ие ого его ей ому ему ую юю ым им ом ем ых их ыми ими")
_PRAISING: Final = word_set(
    "интересн качественн классн классическ компактн красив крут лучш мил модн мягк надежн повседневн практичн",
    "премиальн прост прочн стильн удобн универсальн уютн хорош элегантн",
)
_NARROWING: Final = word_set("мужск женск детск взросл больш легк мал маленьк небольш недорог нов тепл")


def _in_every_form(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(stem + ending for stem in stems for ending in _ENDINGS)


PRAISE: Final = word_set(
    "beautiful best comfortable cool cute elegant good great nice practical pretty quality simple soft stylish super",
    "top useful durable compact lightweight casual classic universal everyday reliable premium",
) | _in_every_form(_PRAISING)
"""What a shopper would say of anything, or what likeness judges better than a word: it narrows nothing."""

ADJECTIVES: Final = (
    PRAISE
    | word_set("men's mens women's womens kid's kids' children's unisex ladies girls' boys' adult")
    | word_set("big bright large light long new short small warm waterproof")
    | _in_every_form(_NARROWING)
)
"""Adjectives that leave a thing what it is: a warm jacket is a jacket, while a sleeping bag is no bag."""

DEGREES: Final = word_set("very really quite extremely очень весьма довольно действительно")
"""Before an adjective these say how much, and nothing of the thing."""

LABELS: Final = (
    ("color", "colors", "цвет", "расцветка"),
    ("size", "sizes", "размер", "разм", "р-р"),
    ("material", "fabric", "материал", "ткань"),
    ("brand", "manufacturer", "maker", "бренд", "марка", "производитель", "фирма"),
    ("gender", "sex", "пол"),
    ("season", "сезон"),
)
"""Names of one and the same attribute; a store's label brings the others of its family."""

DETAIL_OPENERS: Final = word_set("in of from with в во из с со на")
"""Prepositions that may stand before a value and go with it: "in black", «из кожи»."""

IMITATIONS: Final = re.compile(
    r"faux|fake|vegan|imitation|imitated|artificial|synthetic|simulated|pseudo|mock|manmade|eco|pu|replica"
    r"|искусственн[а-я]+|синтетическ[а-я]+|имитаци[а-я]+|эко|псевдо|под|аналоги?|реплик[аи]|копи[яи]"
)
"""Before a value these make another one of it: "faux leather", «имитация кожи», «аналог» of a brand."""

NO_THINGS: Final = word_set(
    "brainer idea longer matter name need one other problem problems question questions way worries where",
    "iron drill slip tie pull spill stick sew bake touch drip fuss mess skid show scratch rinse tear crease wrinkle",
    "smoking parking trespassing soliciting entry littering hunting fishing diving swimming fear limits regrets mercy",
    "pain gain",
)
"""Behind "no" these name no part that a thing may lack: phrases of talk, of signs, and compounds such as "no drill"."""
WITHOUT_THINGS: Final = word_set(
    "cause borders limits limit end fear regret regrets delay question questions doubt doubts fail exception",
    "exceptions warning worry worries problem problems issue issues hesitation compromise effort hassle fuss mess",
    "границ предела пределов конца края сомнений сомнения проблем вопросов страха обид слов ума памяти забот хлопот",
    "спешки выходных отдыха переплат переплаты предоплаты исключения исключений проблемы труда усилий суеты",
)
"""Behind "without" and «без» these are talk, or what somebody is spared: no part of a thing."""
QUALITIES: Final = word_set(
    "clear dark hard soft heavy thick thin long short wide narrow tight loud sharp round square flat hot cold sweet",
    "bitter dry wet big small large slim plain matte matt loose rough smooth raw fresh frozen mini used new cheap real",
    "fake glass wood wooden steel rubber leather cotton wool silk linen paper foam metal nylon polyester gold silver",
    "black white red blue green brown gray grey pink purple orange yellow beige",
)
"""English words for what a thing is like or made of, which has no ending of its own."""
NOT_THINGS: Final = FUNCTION_WORDS | word_set(
    "sure working work included necessarily important much many available needed necessary really quite even yet",
    "нужен нужна нужно нужны самый самая самое самые самую самого самой самых такой такая такое такие какой",
    "какая какое",
    "другой другая другие мой твой свой новый большой должен каждый любой один первый последний плохой простой",
    "подскажете знаю могу хочу слишком очень сильно особо менее более",
)
"""Behind "not" and «не» these are talk, or say too little to exclude anything."""

THINGS: Final = word_set(
    "gift gifts present presents item items product products thing things option options idea ideas piece variants",
    "подарок подарка подарки подарков подарочка товар товара товары товаров вещь вещи вещей вариант варианта варианты",
    "вариантов идея идеи идей позиции позиций изделия изделий модели моделей",
)
"""Whatever a shop has: a number before one of these is of products, and a price stands before it as well as behind."""

PERSONS: Final = word_set(
    "mom mum mother dad father parents wife husband girlfriend boyfriend grandma grandmother grandpa grandfather son",
    "daughter brother sister friend friends boss teacher coworker colleague uncle aunt him her love",
    "мама маме маму мамы мамой мамочке папа папе папу папы папой родители родителям родителей жена жене жену жены муж",
    "мужу мужа бабушка бабушке бабушку бабушки дедушка дедушке дедушку дедушки сын сыну сына дочь дочери дочка дочке",
    "дочку дочки брат брату брата сестра сестре сестру сестры сестренке друг другу друга друзья друзьям друзей подруга",
    "подруге подругу подруги подружке учитель учителю учителя учителям учительница учительнице учительницу воспитатель",
    "воспитателю воспитательница воспитательнице коллега коллеге коллегам коллеги начальник начальнику начальница",
    "начальнице шеф шефу босс боссу теща теще свекровь свекрови тетя тете дядя дяде крестная крестной крестный",
    "крестному внук внуку внучка внучке человек человеку человека люди людям людей гость гости гостям гостей любимый",
    "любимая любимому любимой невеста невесте жених жениху ребенок ребенку дети детям врач врачу врачи тренер тренеру",
    "женщина женщине мужчина мужчине девушка девушке парень парню товарищ товарищи сосед соседка соседи родной родная",
)
"""To whom something is given, or who is spoken to."""

SORTS: Final = word_set(
    "oil water juice vinegar cider pie jam syrup tea coffee wine beer rum ale cocoa milk cream butter cheese chocolate",
    "sugar salt pepper rice flour bread bean lentil pasta meat fish caviar cabbage onion mustard sauce honey currant",
    "mushroom clay light noise board extract essence essential scent polish conditioner cleaner softener dye dust",
    "friday market eye eyed blossom petal hip wash hat belt",
    "soap perfume cologne fragrance candle cookie biscuit cake candy lotion shampoo balm scrub deodorant incense gum",
    "diffuser lemonade yogurt jelly marmalade liqueur",
    "масло вода сок уксус сидр пирог варенье джем сироп чай кофе вино пиво ром какао молоко сливки сыр шоколад сахар",
    "соль перец рис мука хлеб фасоль чечевица мясо рыба рыбка икра капуста лук горчица соус мед смородина гриб глина",
    "шум доска экстракт аромат щит пятница рынок пояс лента свет",
    "мыло духи парфюм одеколон свеча печенье крем шампунь бальзам лосьон гель скраб дезодорант конфета конфеты торт",
    "пирожное мармелад йогурт мороженое кекс зефир вафли лимонад компот ликер",
)
"""Of these a colour, a material or a brand beside them names the sort, or what they are made of or for: "olive oil",
"silver polish", «чёрный чай», «золотая рыбка»."""

ACCESSORIES: Final = word_set(
    "case cover charger strap band cable protector adapter adaptor holder mount dock sleeve battery cartridge toner",
    "чехол чехлы накладка зарядка ремешок кабель стекло пленка адаптер переходник держатель аккумулятор картридж",
)
"""Made to go with another thing: a brand beside one of these may be that thing's."""

"""More true answers written by hand, after the rules were: what real models say around prices, not to be touched."""

import pytest
from support.guarded_shop import BAGS, ENGLISH, FACTS_EN, FACTS_RU, RUSSIAN, THINGS, guarded

TRUE_ENGLISH = [
    "You can get the Joust Duffle Bag for just $34.00 – great value for money!",
    (
        "Here are some options:\n\n1. **[Joust Duffle Bag](https://shop.test/24-mb01.html)** — $34.00\n   "
        "- Roomy, 30 l\n   - In stock\n\n2. **[Montana Wind Jacket](https://shop.test/mj03.html)** — "
        "$77.00\n   - Out of stock at the moment\n"
    ),
    "Unfortunately the Montana Wind Jacket is currently out of stock.",
    "Of these, only the Joust Duffle Bag ($34.00) and the Trail 28 (from $1,299.00) are in stock.",
    "The Joust Duffle Bag is $43.00 cheaper than the Montana Wind Jacket.",
    "I couldn't find any bags under $20. The closest is the Joust Duffle Bag at $34.00.",
    (
        "The cheapest is the Joust Duffle Bag at $34.00; the most expensive is the Trail 28, from "
        "$1,299.00 to $1,499.00 depending on size."
    ),
    "Use the main pocket for shoes and the side pocket for 2 bottles.",
    'Try it with the 13" laptop; code of the zip is 3-digit.',
    "You can return to the first product: the Joust Duffle Bag.",
    "It's on sale? I have no data about discounts.",
    "The Joust bag is light. It costs $34.00.",
    "Sure! The Joust Duffle Bag ($34.00) is in stock; the Montana Wind Jacket ($77.00) isn't.",
    "Enter the size you need: S, M or L. The Trail 28 in blue, size L, costs $1,499.00.",
    "The Trail 28 in red, size S, is $1,299.00 and in stock; red, size M, is out of stock.",
    "The Montana Wind Jacket is out of stock, so I would take the Joust Duffle Bag instead: it is in stock.",
    (
        "The Joust Duffle Bag: $34.00. Delivery and returns: please see https://shop.test/delivery and "
        "https://shop.test/returns."
    ),
    "All three are good, but the Montana Wind Jacket is out of stock.",
    "It holds 28 litres, so it's ideal for a 2-day trip or 3 days of hiking; a 10-year warranty is not mentioned.",
    "Exchange of ideas aside, I suggest the Joust Duffle Bag.",
    "Is the price important to you? The Joust Duffle Bag is the cheapest.",
    "- **Joust Duffle Bag** ($34.00): 80% cotton\n- **Montana Wind Jacket** ($77.00): 100% polyester, out of stock",
    "**Price:** $34.00 for the Joust Duffle Bag.",
    "The price of the Joust Duffle Bag is $34.00 (USD).",
    "Montana Wind Jacket — SKU: MJ03 — $77.00",
    "The variant MJ03-M-Black is out of stock.",
    "For a 13-inch laptop, from 9 to 5, the bag is good for 5,000 steps.",
    "The pocket is 20 x 15 cm, 1.5 kg, 300D polyester, IP67, UPF 50+, 4/5 stars, 24/7.",
    "Ships and boats are printed on the fabric.",
    "It is made from returned bottles.",
    "What size do you need, M or L?",
    "Neither is available in black, size S.",
    "Both the Joust Duffle Bag and the Trail 28 are in stock.",
]
TRUE_RUSSIAN = [
    (
        "Могу предложить:\n\n1. **Рюкзак Тропа 28** — 4 990 ₽, в наличии.\n2. **Ботинки Гранит** — от 1 "
        "299 ₽, в наличии.\n3. **Куртка Север** — 12 990 ₽, нет в наличии."
    ),
    "Самый дешёвый вариант — Ботинки Гранит (от 1 299 ₽), самый дорогой — Куртка Север (12 990 ₽).",
    "К сожалению, Куртка Север сейчас отсутствует в наличии.",
    "В наличии есть Рюкзак Тропа 28 и Ботинки Гранит.",
    "Рюкзак дешевле куртки на 8 000 ₽.",
    "Ничего дешевле 1 000 ₽ не нашлось. Ближайшее — Ботинки Гранит от 1 299 ₽.",
    "Рюкзак «Тропа 28» стоит 4990 рублей, а ботинки «Гранит» — от 1299.",
    "Стоимость рюкзака — 4 990 ₽. Он вмещает 28 литров.",
    "Чёрные ботинки Гранит 43 размера закончились, а 42 размер есть в наличии.",
    "Цена: 4 990 ₽ за Рюкзак Тропа 28.",
    "Осталось выбрать размер: 42, 43 или 44.",
    "Срок доставки уточните на странице https://shop.test/ru/delivery",
    "Промокодов и скидок в данных каталога нет.",
    "Код товара: RK-28. Гарантия не указана.",
    "Весит 1 200 г, объём 28 л, высота 50 см, с 9 до 18, в 2024 году, 5 звёзд, 24/7.",
    "За 3 дня похода пригодится 2 рюкзака, на 10 км хватит 500 мл воды.",
    "Использую данные каталога: Рюкзак Тропа 28 за 4 990 ₽.",
    "Отправляйтесь в поход с рюкзаком Тропа 28!",
    "Вернуться к обуви? Ботинки Гранит есть от 1 299 до 1 599 ₽.",
]


@pytest.mark.parametrize("text", TRUE_ENGLISH)
def test_true_english_is_not_touched(text: str) -> None:
    asked = "a bag under $20"
    assert guarded(text, products=BAGS, store=ENGLISH, facts=FACTS_EN, asked=asked) == (text, 0)
    assert guarded(list(text), products=BAGS, store=ENGLISH, facts=FACTS_EN, asked=asked) == (text, 0)


@pytest.mark.parametrize("text", TRUE_RUSSIAN)
def test_true_russian_is_not_touched(text: str) -> None:
    asked = "рюкзак до 1000"
    assert guarded(text, products=THINGS, store=RUSSIAN, facts=FACTS_RU, asked=asked) == (text, 0)
    assert guarded(list(text), products=THINGS, store=RUSSIAN, facts=FACTS_RU, asked=asked) == (text, 0)

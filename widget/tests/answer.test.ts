import { describe, expect, it } from "vitest";
import { all, eachAnew, one, show, stage, texts, turn } from "./stage";
import { product } from "./wire";

eachAnew();

describe("an answer", () => {
  it("shows its cards, the named first, the others behind more", () => {
    stage.turns = [turn("a", { products: ["1", "2", "3", "4", "5", "6"].map((id) => product(id)), named: ["4"] })];
    show();
    expect(all("card")[0]!.getAttribute("href")).toBe("https://shop.example/p4.html?utm_source=vitrina");
    expect(texts("name")).toEqual(["Product 4", "Product 1", "Product 2", "Product 3"]);
    expect(one("more").textContent).toBe("2 more");
    one("more").click();
    expect(texts("name").slice(4)).toEqual(["Product 5", "Product 6"]);
    expect(all("more")).toEqual([]);
    expect(document.activeElement).toBe(all("card")[4]);
  });

  it("keeps the cards it has while they are put in order", () => {
    stage.turns = [turn("a", { state: "answering", products: ["1", "2"].map((id) => product(id)) })];
    show();
    const before = all("card");
    Object.assign(stage.turns[0]!, { state: "whole", named: ["2", "1"] });
    stage.panel.update();
    expect(all("card")).toEqual([before[1], before[0]]);
  });

  it("has cards with no link, no picture and no stock", () => {
    stage.turns = [
      turn("a", {
        products: [product("1", { url: null, image: null, in_stock: false, price_text: "Price on request" })],
        named: ["1"],
      }),
    ];
    show();
    expect(one("card").tagName).toBe("DIV");
    expect(one("card").textContent).toBe("Product 1Price on requestOut of stock");
    expect(one("picture").querySelector("svg")).not.toBeNull();
  });

  it("draws a picture where there is none to be had", () => {
    stage.turns = [turn("a", { products: [product("1")], named: ["1"] })];
    show();
    const img = one("picture").querySelector("img")!;
    expect([img.getAttribute("loading"), img.width, img.height, img.alt]).toEqual(["lazy", 144, 144, ""]);
    img.dispatchEvent(new Event("error"));
    expect(one("picture").innerHTML).toMatch(/^<svg/);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "http://shop.example/x", "https://evil.example/x"])("opens nothing at %s", (url) => {
    stage.turns = [
      turn("a", { products: [product("1", { url, image: url, name: "<img src=x onerror=alert(1)>" })], named: ["1"] }),
    ];
    show();
    expect(stage.panel.root.querySelectorAll(".card[href], img")).toHaveLength(0);
    expect(one("name").textContent).toBe("<img src=x onerror=alert(1)>");
  });

  it.each([
    ["от 1 299,00 ₽ до 12 999,00 ₽", "от 1·299,00·₽ до 12·999,00·₽"],
    ["1 299 руб. – 2 000 руб.", "1·299·руб. – 2·000·руб."],
    ["2 x 5 000 000 ₽", "2 x 5·000·000·₽"],
    ["$5.00 – $10.00 excl. VAT", "$5.00 – $10.00 excl. VAT"],
  ])("breaks no line within %s", (price, shown) => {
    stage.turns = [turn("a", { products: [product("1", { price_text: price })], named: ["1"] })];
    show();
    expect(one("price").textContent).toBe(shown.replaceAll("·", "\u00a0"));
  });

  it("of an earlier day says of when its prices are", () => {
    stage.turns = [
      turn("a", { at: new Date(2026, 10, 1, 12).getTime(), products: [product("1")], named: ["1"] }),
      turn("b", { products: [product("2")], named: ["2"] }),
    ];
    show({}, "ru");
    expect(texts("as-of")).toEqual(["Цена на 1 ноября"]);
  });

  it("tells of a card that is tapped", () => {
    stage.turns = [turn("a", { products: [product("1")], named: ["1"] })];
    show();
    one("card").addEventListener("click", (event) => event.preventDefault());
    one("card").click();
    expect(stage.calls).toEqual([["tap", product("1")]]);
  });

  it("has chips of what was understood, removable on the last one", () => {
    const understood = [{ id: "price", text: "up to $50" }];
    stage.turns = [turn("a", { understood }), turn("b", { understood, drop: ["stock"] })];
    show();
    expect(texts("condition")).toEqual(["up to $50"]);
    expect(one("chip").getAttribute("aria-label")).toBe("Remove condition: up to $50");
    one("chip").click();
    expect(stage.calls).toEqual([["again", stage.turns[1], ["stock", "price"]]]);
  });

  it("is followed by questions, after the last one alone", () => {
    stage.turns = [turn("a", { followUps: ["x"] }), turn("b", { followUps: ["Cheaper?", "Only red?"] })];
    show();
    expect(texts("follow-up")).toEqual(["Cheaper?", "Only red?"]);
    stage.turns[1]!.state = "cut";
    stage.panel.update();
    expect(all("follow-up")).toEqual([]);
  });

  it("of no model is its sentences over the cards, without the list of what they show", () => {
    const answer = "Here is what was found:\n\n7 products, from $1.\n\n1. Tote — $1\n   https://shop.example/1\n\n2. Bag";
    const brief = answer.replace("\n\n7 products, from $1.", "");
    stage.turns = [answer, brief].map((said) => turn("a", { answer: said, degraded: "llm", products: [product("1")] }));
    stage.turns.push(turn("b", { answer }));
    show();
    expect(texts("answer").slice(0, 2)).toEqual([
      "Here is what was found:7 products, from $1.",
      "Here is what was found.",
    ]);
    expect(texts("answer")[2]).toContain("Tote");
  });

  it("keeps what it has said already while it says more", () => {
    const growing = turn("a", { state: "answering", answer: "See [the tote](https://shop.example/t).\n\nAnd" });
    stage.turns = [growing];
    show();
    const link = one("answer").querySelector("a");
    growing.answer += " **more** of it";
    stage.panel.update();
    expect(one("answer").querySelector("a")).toBe(link);
    expect(one("answer").textContent).toBe("See the tote.And more of it");
    Object.assign(growing, { state: "whole", answer: "Another [tote](https://shop.example/t)." });
    stage.panel.update();
    expect(one("answer").textContent).toBe("Another tote.");
  });

  it("is whole once it is, whatever was held back while it might still go on", () => {
    for (const end of ["https://shop.example/t", "| a | b |\n|---|---|\n| 1 | 2 |", "[tote](https://shop.example/t"]) {
      const growing = turn("a", { state: "answering", answer: "See\n\n" + end });
      stage.turns = [growing];
      show();
      const before = one("answer").textContent;
      growing.state = "whole";
      stage.panel.update();
      expect(one("answer").textContent!.length).toBeGreaterThan(before!.length);
    }
  });

  it("keeps the row of cards where a finger has moved it", () => {
    const growing = turn("a", { state: "answering", products: ["1", "2", "3", "4"].map((id) => product(id)) });
    stage.turns = [growing];
    show();
    const row = one("cards");
    Object.assign(growing, { state: "whole", named: ["4"] });
    stage.panel.update();
    expect(one("cards")).toBe(row);
  });

  it("breaks no line within a price", () => {
    stage.turns = [turn("a", { answer: "От 1 299 ₽, всего 12 товаров" })];
    show();
    expect(one("answer").textContent).toBe("От 1·299·₽, всего 12 товаров".replaceAll("·", "\u00a0"));
  });

  it("can be rated, down with a reason", () => {
    stage.turns = [turn("a")];
    show();
    one("thumb-up").click();
    one("thumb-down").click();
    stage.panel.update();
    expect(texts("reason")).toEqual([
      "Wrong price",
      "Not what I asked",
      "Wrong facts",
      "Out of stock",
      "Something else",
    ]);
    all("reason")[0]!.click();
    stage.panel.update();
    expect(stage.calls).toEqual([
      ["rate", stage.turns[0], "up"],
      ["rate", stage.turns[0], "down"],
      ["explain", stage.turns[0], "wrong_price"],
    ]);
    expect(all("reason")).toEqual([]);
    expect(one("feedback").textContent).toBe("Thank you for telling us.");
  });

  it("that is not whole cannot be rated", () => {
    stage.turns = [turn("a", { state: "cut", failure: { kind: "cut" } }), turn("b", { state: "stopped" })];
    show();
    expect(all("thumb-up")).toEqual([]);
  });
});

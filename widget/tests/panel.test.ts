import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Chat } from "../src/chat";
import { newTurn, type Turn } from "../src/conversation";
import { voiceOf } from "../src/languages";
import { createPanel, type PanelContext } from "../src/panel";
import type { Config } from "../src/wire";
import { product } from "./wire";

const turn = (question: string, more: Partial<Turn> = {}): Turn => ({
  ...newTurn(question, Date.now()),
  state: "whole",
  answer: "Fine.",
  id: "chatcmpl-1",
  ...more,
});

let turns: Turn[];
let busy: boolean;
let config: Config | null;
let calls: [string, ...unknown[]][];
let panel: ReturnType<typeof createPanel>;

function show(more: Partial<PanelContext> = {}, locale = "en"): void {
  const call =
    (name: string) =>
    (...args: unknown[]): true => (calls.push([name, ...args]), true);
  const chat = {
    turns: () => turns,
    busy: () => busy,
    ask: call("ask"),
    settle() {},
    undoable: () => false,
    stop: call("stop"),
    clear: call("clear"),
    undo: call("undo"),
  };
  panel = createPanel({
    chat: chat as unknown as Chat,
    voice: voiceOf(locale),
    utm: "utm_source=vitrina",
    tap: call("tap"),
    rule: (href) => href,
    again: call("again"),
    rate: call("rate"),
    explain: call("explain"),
    config: () => config,
    problem: () => null,
    pages: () => [
      ["help", "https://shop.example/help"],
      ["privacy", "https://shop.example/privacy"],
    ],
    notice: "",
    productId: "",
    touch: false,
    close: call("close"),
    ...more,
  });
  document.body.replaceChildren(panel.root);
  panel.update();
}
const all = (name: string): HTMLElement[] => [...panel.root.querySelectorAll<HTMLElement>(`[data-v="${name}"]`)];
const one = (name: string): HTMLElement => {
  const found = all(name);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const texts = (name: string): (string | null)[] => all(name).map(({ textContent }) => textContent);
const press = (key: string, more: KeyboardEventInit = {}): boolean =>
  panel.input.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, bubbles: true, ...more }));
const type = (text: string): void => {
  panel.input.value = text;
  panel.input.dispatchEvent(new Event("input"));
};

beforeEach(() => {
  turns = [];
  busy = false;
  calls = [];
  config = {
    enabled: true,
    name: "Northfold",
    locale: "en_US",
    model: "vitrina-en",
    links: {},
    visitor: null,
    suggestions: ["Backpacks under $100", "Blue jackets"],
  };
  Element.prototype.scrollIntoView = () => {};
});
afterEach(() => {
  panel.end();
  vi.useRealTimers();
});

describe("before the first question", () => {
  it("suggestions are shown, and asked by a tap", () => {
    show();
    expect(texts("suggestion")).toEqual(["Backpacks under $100", "Blue jackets"]);
    all("suggestion")[1]!.click();
    expect(calls).toEqual([["ask", "Blue jackets"]]);
  });

  it("on a product's page they are about the product", () => {
    show({ productId: "42" }, "ru");
    expect(texts("suggestion")).toEqual([
      "Этот товар есть в наличии?",
      "Из чего он сделан?",
      "Какие есть цвета и размеры?",
    ]);
  });

  it("they hide while something is typed", () => {
    show();
    type("red");
    expect(all("asks")[0]!.hidden).toBe(true);
    type(" ");
    expect(all("asks")[0]!.hidden).toBe(false);
  });

  it("the notice, the privacy link and the help link are there", () => {
    show();
    expect(one("notice").textContent).toBe("Answers are written by AI and may be wrong. Privacy");
    expect(one("privacy").getAttribute("href")).toBe("https://shop.example/privacy");
    expect(one("help").getAttribute("href")).toBe("https://shop.example/help");
    show({ notice: "A machine writes this." });
    expect(one("notice").textContent).toBe("A machine writes this. Privacy");
  });

  it("a problem is said in a plain sentence", () => {
    show({ problem: () => ({ kind: "unknown" }) });
    expect(one("failure").textContent).toBe("The assistant does not know this store.");
  });
});

describe("typing", () => {
  it("is sent by Enter, and Shift+Enter breaks the line", () => {
    show();
    type("red bag");
    expect(press("Enter", { shiftKey: true })).toBe(true);
    expect(press("Enter", { isComposing: true })).toBe(true);
    expect(calls).toEqual([]);
    expect(press("Enter")).toBe(false);
    expect(calls).toEqual([["ask", "red bag"]]);
    expect(panel.input.value).toBe("");
  });

  it("on a touch screen Enter breaks the line and the button sends", () => {
    show({ touch: true });
    type("red bag");
    expect(press("Enter")).toBe(true);
    one("send").click();
    expect(calls).toEqual([["ask", "red bag"]]);
  });

  it("is not lost where it cannot be sent yet", () => {
    show();
    type("red bag");
    const { chat } = { chat: { ask: () => false } };
    panel.end();
    show({ chat: { turns: () => turns, busy: () => true, undoable: () => false, ...chat } as unknown as Chat });
    type("red bag");
    press("Enter");
    expect(panel.input.value).toBe("red bag");
    expect([one("send").hidden, one("stop").hidden]).toEqual([true, false]);
  });
});

describe("an answer", () => {
  it("shows its cards, the named first, the others behind more", () => {
    turns = [turn("a", { products: ["1", "2", "3"].map((id) => product(id)), named: ["3"] })];
    show();
    expect(all("card").map((card) => card.getAttribute("href"))).toEqual([
      "https://shop.example/p3.html?utm_source=vitrina",
    ]);
    expect(one("more").textContent).toBe("2 more");
    one("more").click();
    expect(texts("name")).toEqual(["Product 3", "Product 1", "Product 2"]);
    expect(all("more")).toEqual([]);
    expect(document.activeElement).toBe(all("card")[1]);
  });

  it("keeps the cards it has while they are put in order", () => {
    turns = [turn("a", { state: "answering", products: ["1", "2"].map((id) => product(id)) })];
    show();
    const before = all("card");
    Object.assign(turns[0]!, { state: "whole", named: ["2", "1"] });
    panel.update();
    expect(all("card")).toEqual([before[1], before[0]]);
  });

  it("has cards with no link, no picture and no stock", () => {
    turns = [
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
    turns = [turn("a", { products: [product("1")], named: ["1"] })];
    show();
    const img = one("picture").querySelector("img")!;
    expect([img.getAttribute("loading"), img.width, img.height, img.alt]).toEqual(["lazy", 144, 144, ""]);
    img.dispatchEvent(new Event("error"));
    expect(one("picture").innerHTML).toMatch(/^<svg/);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "http://shop.example/x"])("opens nothing at %s", (url) => {
    turns = [
      turn("a", { products: [product("1", { url, image: url, name: "<img src=x onerror=alert(1)>" })], named: ["1"] }),
    ];
    show();
    expect(panel.root.querySelectorAll(".card[href], img")).toHaveLength(0);
    expect(one("name").textContent).toBe("<img src=x onerror=alert(1)>");
  });

  it("of an earlier day says of when its prices are", () => {
    turns = [
      turn("a", { at: new Date(2026, 10, 1, 12).getTime(), products: [product("1")], named: ["1"] }),
      turn("b", { products: [product("2")], named: ["2"] }),
    ];
    show({}, "ru");
    expect(texts("as-of")).toEqual(["Цена на 1 ноября"]);
  });

  it("tells of a card that is tapped", () => {
    turns = [turn("a", { products: [product("1")], named: ["1"] })];
    show();
    one("card").addEventListener("click", (event) => event.preventDefault());
    one("card").click();
    expect(calls).toEqual([["tap", product("1")]]);
  });

  it("has chips of what was understood, removable on the last one", () => {
    const understood = [{ id: "price", text: "up to $50" }];
    turns = [turn("a", { understood }), turn("b", { understood, drop: ["stock"] })];
    show();
    expect(texts("condition")).toEqual(["up to $50"]);
    expect(one("chip").getAttribute("aria-label")).toBe("Remove condition: up to $50");
    one("chip").click();
    expect(calls).toEqual([["again", turns[1], ["stock", "price"]]]);
  });

  it("is followed by questions, after the last one alone", () => {
    turns = [turn("a", { followUps: ["x"] }), turn("b", { followUps: ["Cheaper?", "Only red?"] })];
    show();
    expect(texts("follow-up")).toEqual(["Cheaper?", "Only red?"]);
    turns[1]!.state = "cut";
    panel.update();
    expect(all("follow-up")).toEqual([]);
  });

  it("without a word is a sentence over its cards", () => {
    turns = [turn("a", { answer: "", degraded: "llm", products: [product("1")] })];
    show();
    expect(one("answer").textContent).toBe("Here is what the catalogue search found:");
  });

  it("can be rated, down with a reason", () => {
    turns = [turn("a")];
    show();
    one("thumb-up").click();
    one("thumb-down").click();
    panel.update();
    expect(texts("reason")).toEqual([
      "Wrong price",
      "Not what I asked",
      "Wrong facts",
      "Out of stock",
      "Something else",
    ]);
    all("reason")[0]!.click();
    panel.update();
    expect(calls).toEqual([
      ["rate", turns[0], "up"],
      ["rate", turns[0], "down"],
      ["explain", turns[0], "wrong_price"],
    ]);
    expect(all("reason")).toEqual([]);
    expect(one("feedback").textContent).toBe("Thank you for telling us.");
  });

  it("that is not whole cannot be rated", () => {
    turns = [turn("a", { state: "cut", failure: { kind: "cut" } }), turn("b", { state: "stopped" })];
    show();
    expect(all("thumb-up")).toEqual([]);
  });
});

describe("an answer that is not there", () => {
  it("is waited for, and after a while we say so", () => {
    vi.useFakeTimers();
    turns = [turn("a", { state: "asking", answer: "", id: "" })];
    busy = true;
    show();
    expect(one("words").textContent).toBe("Looking…");
    vi.advanceTimersByTime(6_100);
    expect(one("words").textContent).toBe("Still looking…");
  });

  it("broke off: what came stays, and can be asked for again", () => {
    turns = [turn("a", { state: "cut", answer: "Half an", failure: { kind: "cut" }, drop: ["price"] })];
    show();
    expect([one("answer").textContent, one("failure").textContent]).toEqual(["Half an", "The answer broke off."]);
    one("retry").click();
    expect(calls).toEqual([["again", turns[0], ["price"]]]);
  });

  it("can be asked for again when its time has come", () => {
    vi.useFakeTimers();
    turns = [turn("a", { state: "cut", answer: "", failure: { kind: "busy", retryAfter: 3 } })];
    show();
    const retry = one("retry") as HTMLButtonElement;
    expect([retry.textContent, retry.disabled]).toEqual(["Try again in 3 s", true]);
    vi.advanceTimersByTime(2_100);
    expect(retry.textContent).toBe("Try again in 1 s");
    vi.advanceTimersByTime(1_000);
    expect([retry.textContent, retry.disabled]).toEqual(["Try again", false]);
  });

  it.each(["refused", "unknown", "rejected"] as const)("because it is %s is not asked for again", (kind) => {
    turns = [turn("a", { state: "cut", answer: "", failure: { kind } })];
    show();
    expect(all("retry")).toEqual([]);
  });

  it("was stopped, and says so", () => {
    turns = [turn("a", { state: "stopped", answer: "Half" })];
    show();
    expect(one("stopped").textContent).toBe("Stopped");
  });
});

describe("a screen reader", () => {
  const live = (): (string | null)[] =>
    [...panel.root.querySelectorAll("[aria-live=polite] p")].map(({ textContent }) => textContent);

  it("hears what was found, whole sentences, and how it ended", () => {
    turns = [turn("a", { state: "asking", answer: "", id: "" })];
    show();
    Object.assign(turns[0]!, { products: [product("1"), product("2")] });
    panel.update();
    for (const answer of ["Two ", "Two fit. The **fir", "Two fit. The **first** is"]) {
      Object.assign(turns[0]!, { state: "answering", answer });
      panel.update();
    }
    expect(live()).toEqual(["Found 2 products.", "Two fit."]);
    Object.assign(turns[0]!, { state: "cut", failure: { kind: "cut" } });
    panel.update();
    expect(live()).toEqual(["Found 2 products.", "Two fit.", "The first is", "The answer broke off."]);
  });

  it("hears nothing of what was there before", () => {
    turns = [turn("a"), turn("b")];
    show();
    expect(live()).toEqual([]);
  });
});

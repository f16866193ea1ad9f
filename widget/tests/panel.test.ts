import { describe, expect, it, vi } from "vitest";
import type { Chat } from "../src/chat";
import { all, eachAnew, one, press, show, stage, texts, turn, type } from "./stage";
import { product } from "./wire";

eachAnew();

describe("before the first question", () => {
  it("suggestions are shown, and asked by a tap", () => {
    show();
    expect(texts("suggestion")).toEqual(["Backpacks under $100", "Blue jackets"]);
    all("suggestion")[1]!.click();
    expect(stage.calls).toEqual([["ask", "Blue jackets"]]);
  });

  it("on a product's page they are about the product", () => {
    show({ productId: () => "42" }, "ru");
    expect(texts("suggestion")).toEqual([
      "Этот товар есть в наличии?",
      "Из чего он сделан?",
      "Какие у него цвета и размеры?",
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
    expect(stage.calls).toEqual([]);
    expect(press("Enter")).toBe(false);
    expect(stage.calls).toEqual([["ask", "red bag"]]);
    expect(stage.panel.input.value).toBe("");
  });

  it("on a touch screen Enter breaks the line and the button sends", () => {
    show({ touch: true });
    type("red bag");
    expect(press("Enter")).toBe(true);
    one("send").click();
    expect(stage.calls).toEqual([["ask", "red bag"]]);
  });

  it("is not lost where it cannot be sent yet", () => {
    show();
    type("red bag");
    const { chat } = { chat: { ask: () => false } };
    stage.panel.end();
    show({ chat: { turns: () => stage.turns, busy: () => true, undoable: () => false, ...chat } as unknown as Chat });
    type("red bag");
    press("Enter");
    expect(stage.panel.input.value).toBe("red bag");
    expect([one("send").hidden, one("stop").hidden]).toEqual([true, false]);
  });
});

describe("an answer that is not there", () => {
  it("is waited for, and after a while we say so", () => {
    vi.useFakeTimers();
    stage.turns = [turn("a", { state: "asking", answer: "", id: "" })];
    stage.busy = true;
    show();
    expect(one("words").textContent).toBe("Looking…");
    vi.advanceTimersByTime(6_100);
    expect(one("words").textContent).toBe("Still looking…");
  });

  it("broke off: what came stays, and can be asked for again", () => {
    stage.turns = [turn("a", { state: "cut", answer: "Half an", failure: { kind: "cut" }, drop: ["price"] })];
    show();
    expect([one("answer").textContent, one("failure").textContent]).toEqual(["Half an", "The answer broke off."]);
    one("retry").click();
    expect(stage.calls).toEqual([["again", stage.turns[0], ["price"]]]);
  });

  it("can be asked for again when its time has come", () => {
    vi.useFakeTimers();
    const until = Date.now() + 3_000;
    stage.turns = [turn("a", { state: "cut", answer: "", failure: { kind: "busy", retryAfter: 3 }, until })];
    show();
    const retry = one("retry") as HTMLButtonElement;
    expect([retry.textContent, retry.disabled]).toEqual(["Try again in 3 s", true]);
    vi.advanceTimersByTime(2_100);
    expect(retry.textContent).toBe("Try again in 1 s");
    vi.advanceTimersByTime(1_000);
    expect([retry.textContent, retry.disabled]).toEqual(["Try again", false]);
  });

  it.each(["refused", "unknown", "rejected"] as const)("because it is %s is not asked for again", (kind) => {
    stage.turns = [turn("a", { state: "cut", answer: "", failure: { kind } })];
    show();
    expect(all("retry")).toEqual([]);
  });

  it("that ends keeps the focus that Stop had in the panel", () => {
    stage.busy = true;
    show();
    one("stop").focus();
    stage.busy = false;
    stage.panel.update();
    expect(document.activeElement).toBe(stage.panel.input);
  });

  it("is not covered by a menu that was opened before", () => {
    stage.turns = [turn("a")];
    show();
    const menu = one("menu").querySelector("details")!;
    menu.open = true;
    one("help").addEventListener("click", (event) => event.preventDefault());
    one("help").click();
    expect(menu.open).toBe(true);
    one("answer").click();
    expect(menu.open).toBe(false);
  });

  it("was stopped, and says so", () => {
    stage.turns = [turn("a", { state: "stopped", answer: "Half" })];
    show();
    expect(one("stopped").textContent).toBe("Stopped");
  });
});

describe("a screen reader", () => {
  const live = (): (string | null)[] =>
    [...stage.panel.root.querySelectorAll("[aria-live=polite] p")].map(({ textContent }) => textContent);

  it("hears what was found, whole sentences, and how it ended", () => {
    stage.turns = [turn("a", { state: "asking", answer: "", id: "" })];
    show();
    Object.assign(stage.turns[0]!, { products: [product("1"), product("2")] });
    stage.panel.update();
    for (const answer of ["Two ", "Two fit. The **fir", "Two fit. The **first** is"]) {
      Object.assign(stage.turns[0]!, { state: "answering", answer });
      stage.panel.update();
    }
    expect(live()).toEqual(["Found 2 products.", "Two fit."]);
    Object.assign(stage.turns[0]!, { state: "cut", failure: { kind: "cut" } });
    stage.panel.update();
    expect(live()).toEqual(["Found 2 products.", "Two fit.", "The first is", "The answer broke off."]);
  });

  it("hears nothing of what was there before", () => {
    stage.turns = [turn("a"), turn("b")];
    show();
    expect(live()).toEqual([]);
  });
});

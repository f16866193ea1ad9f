import { describe, expect, it, vi } from "vitest";
import { newTurn, written, type Turn, type TurnState } from "../src/conversation";
import { KEY, chatOf, eachAlone, runtime, settled, whole, world } from "./runtime";
import { start, stream, text } from "./wire";

eachAlone();

describe("the storage", () => {
  it("holds nothing before the first message", () => {
    runtime();
    chatOf();
    expect(localStorage).toHaveLength(0);
  });

  it("brings the conversation back", async () => {
    runtime(whole("One."));
    const chat = chatOf();
    chat.ask("a");
    expect(localStorage.getItem(KEY)).toContain('"a"');
    await settled(chat);
    expect(chatOf().turns()).toEqual(chat.turns());
  });

  it("may be forbidden", async () => {
    vi.stubGlobal("localStorage", undefined);
    runtime(whole("One."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    expect(chat.turns()[0]!.answer).toBe("One.");
    chat.clear();
  });

  it("may be full: then the newest is kept", async () => {
    const kept: string[] = [];
    vi.stubGlobal("localStorage", {
      getItem: () => kept[kept.length - 1] ?? null,
      removeItem: () => {},
      setItem: (_: string, value: string) => {
        if (value.length > 1100) throw new DOMException("full", "QuotaExceededError");
        kept.push(value);
      },
    });
    runtime(whole("One."), whole("Two."), whole("Three."), whole("Four."));
    const chat = chatOf();
    for (const question of ["a", "b", "c"]) {
      chat.ask(question);
      await settled(chat);
    }
    const turns = (JSON.parse(kept[kept.length - 1]!) as { turns: { question: string }[] }).turns;
    expect(turns.map(({ question }) => question)).toEqual(["b", "c"]);
  });

  it("of another tab is followed", async () => {
    runtime(whole("One."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    dispatchEvent(new StorageEvent("storage", { storageArea: localStorage, key: "other", newValue: "x" }));
    expect(chat.turns()).toHaveLength(1);
    dispatchEvent(new StorageEvent("storage", { storageArea: localStorage, key: KEY, newValue: null }));
    expect(chat.turns()).toEqual([]);
  });

  it("of another tab is told once its answer is through", () => {
    const chat = chatOf();
    const tell = (state: TurnState): boolean => {
      const newValue = written([{ ...newTurn("a", 5), answer: "Half", state }]);
      return dispatchEvent(new StorageEvent("storage", { storageArea: localStorage, key: KEY, newValue }));
    };
    tell("answering");
    expect(chat.turns()).toEqual([]);
    tell("whole");
    expect(chat.turns().map(({ answer }) => answer)).toEqual(["Half"]);
  });

  it.each([KEY, null])("that another tab has cleared (%s) does not come back with the end of an answer", async (cleared) => {
    let end = (): void => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(stream([start(), text("Half")], false));
        end = () => controller.close();
      },
    });
    runtime(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    const chat = chatOf();
    chat.ask("a");
    await vi.waitFor(() => expect(chat.turns()[0]?.answer).toBe("Half"));
    dispatchEvent(new StorageEvent("storage", { storageArea: sessionStorage, key: null }));
    expect(chat.busy()).toBe(true);
    localStorage.clear();
    dispatchEvent(new StorageEvent("storage", { storageArea: localStorage, key: cleared, newValue: null }));
    expect([chat.turns(), chat.busy()]).toEqual([[], false]);
    end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([chat.turns(), localStorage.length]).toEqual([[], 0]);
  });

  it("holds what came of an answer before it ended", async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(stream([start()], false)) });
    runtime(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    const chat = chatOf();
    chat.ask("a");
    await vi.waitFor(() => expect(chatOf().turns()[0]?.products).toHaveLength(1));
    expect(chatOf().turns()[0]).toMatchObject({ state: "cut", failure: { kind: "cut" } });
    chat.stop();
  });

  it("that is not ours in part is taken without that part", () => {
    const spoilt = { ...newTurn("a", 5), state: "whole", understood: [null, { id: "x" }], drop: [1, "y"], followUps: {} };
    localStorage.setItem(KEY, JSON.stringify({ v: 1, turns: [spoilt] }));
    expect(chatOf().turns()[0]).toMatchObject({ understood: [], drop: ["y"], followUps: [] });
  });

  it("survives a page that has given arrays a toJSON", async () => {
    Object.defineProperty(Array.prototype, "toJSON", { value: () => "broken", configurable: true });
    try {
      const asked = runtime(whole("One."));
      const chat = chatOf();
      chat.ask("a");
      await settled(chat);
      expect(asked[0]!.body.messages).toEqual([{ role: "user", content: "a", vitrina: { drop: [] } }]);
      expect(chatOf().turns()).toHaveLength(1);
    } finally {
      delete (Array.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});

describe("a cleared conversation", () => {
  it("is forgotten, and for five seconds can come back", async () => {
    runtime(whole("One."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    vi.useFakeTimers();
    chat.clear();
    expect([chat.turns().length, chat.undoable(), localStorage.getItem(KEY)]).toEqual([0, true, null]);
    vi.advanceTimersByTime(4_900);
    chat.undo();
    expect(chat.turns()[0]!.answer).toBe("One.");
    expect(localStorage.getItem(KEY)).toContain("One.");
    chat.clear();
    vi.advanceTimersByTime(5_100);
    expect(chat.undoable()).toBe(false);
    chat.undo();
    expect(chat.turns()).toEqual([]);
  });
});

describe("a rating", () => {
  const rated = async () => {
    const asked = runtime(whole("One."), whole("Two."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    return {
      chat,
      turn: chat.turns()[0]!,
      asked,
      sent: () => asked.filter(({ url }) => url.endsWith("/api/v1/feedback")).map(({ body }) => body),
    };
  };

  it("up is sent at once, and once", async () => {
    const { chat, turn, sent, asked } = await rated();
    chat.rate(turn, "up");
    chat.rate(turn, "up");
    // It is on its way when the page is left.
    expect(asked[asked.length - 1]!.keepalive).toBe(true);
    expect(sent()).toEqual([{ answer_id: "chatcmpl-1", rating: "up", store: "en" }]);
    expect(world.told.pop()).toEqual(["feedback", { answer_id: "chatcmpl-1", rating: "up", reason: "" }]);
    expect(chatOf().turns()[0]!.rating).toBe("up");
  });

  it("down waits for its reason, and is sent once with it", async () => {
    const { chat, turn, sent } = await rated();
    chat.rate(turn, "down");
    expect(sent()).toEqual([]);
    chat.explain(turn, "wrong_price");
    chat.settle();
    expect(sent()).toEqual([{ answer_id: "chatcmpl-1", rating: "down", reason: "wrong_price", store: "en" }]);
  });

  it("down without a reason is sent when the shopper goes on", async () => {
    const { chat, turn, sent } = await rated();
    chat.rate(turn, "down");
    chat.ask("b");
    await settled(chat);
    expect(sent()).toEqual([{ answer_id: "chatcmpl-1", rating: "down", store: "en" }]);
  });

  it("down of two answers has each reason at its own", async () => {
    const { chat, sent } = await rated();
    chat.ask("b");
    await settled(chat);
    const [first, second] = chat.turns() as [Turn, Turn];
    first.id = "chatcmpl-0";
    chat.rate(second, "down");
    chat.rate(first, "down");
    chat.explain(second, "wrong_price");
    chat.settle();
    expect(sent().map(({ answer_id, reason }) => [answer_id, reason])).toEqual([
      ["chatcmpl-1", undefined],
      ["chatcmpl-0", undefined],
      ["chatcmpl-1", "wrong_price"],
    ]);
  });

  it("down without a reason is sent after a while", async () => {
    const { chat, turn, sent } = await rated();
    vi.useFakeTimers();
    chat.rate(turn, "down");
    vi.advanceTimersByTime(20_100);
    expect(sent()).toHaveLength(1);
    chat.explain(turn, "wrong_facts");
    expect(sent()[1]).toEqual({ answer_id: "chatcmpl-1", rating: "down", reason: "wrong_facts", store: "en" });
  });
});

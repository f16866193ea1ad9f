import { describe, expect, it, vi } from "vitest";
import { KEY, chatOf, eachAlone, runtime, settled, whole, world } from "./runtime";

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
      getItem: () => null,
      removeItem: () => {},
      setItem: (_: string, value: string) => {
        if (value.length > 900) throw new DOMException("full", "QuotaExceededError");
        kept.push(value);
      },
    });
    runtime(whole("One."), whole("Two."), whole("Three."), whole("Four."));
    const chat = chatOf();
    for (const question of ["a", "b", "c"]) {
      chat.ask(question);
      await settled(chat);
    }
    expect(kept.length).toBeGreaterThan(0);
  });

  it("of another tab is followed", async () => {
    runtime(whole("One."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    dispatchEvent(new StorageEvent("storage", { key: KEY, newValue: null }));
    expect(chat.turns()).toEqual([]);
    dispatchEvent(new StorageEvent("storage", { key: "other", newValue: "x" }));
  });

  it("survives a page that has given arrays a toJSON", async () => {
    Object.defineProperty(Array.prototype, "toJSON", { value: () => "broken", configurable: true });
    try {
      const asked = runtime(whole("One."));
      const chat = chatOf();
      chat.ask("a");
      await settled(chat);
      expect(asked[0]!.body.messages).toEqual([{ role: "user", content: "a" }]);
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
      sent: () => asked.filter(({ url }) => url.endsWith("/api/v1/feedback")).map(({ body }) => body),
    };
  };

  it("up is sent at once, and once", async () => {
    const { chat, turn, sent } = await rated();
    chat.rate(turn, "up");
    chat.rate(turn, "up");
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

  it("down without a reason is sent after a while", async () => {
    const { chat, turn, sent } = await rated();
    vi.useFakeTimers();
    chat.rate(turn, "down");
    vi.advanceTimersByTime(20_100);
    expect(sent()).toHaveLength(1);
  });
});

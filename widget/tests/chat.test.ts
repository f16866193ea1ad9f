import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createChat } from "../src/chat";
import { createClient } from "../src/client";
import { canRetry } from "../src/failures";
import { failed, finish, product, start, stream, text } from "./wire";

const CONFIG = {
  enabled: true,
  name: "Northfold",
  locale: "en_US",
  model: "vitrina-en",
  links: {},
  visitor: { token: "v1.t", expires_in: 3600 },
};

/** A runtime that answers as `answers` say, one after the other, and remembers what it was asked. */
function runtime(...answers: (Response | Error | (() => Response))[]) {
  const asked: {
    url: string;
    body: Record<string, unknown>;
    headers: Record<string, string>;
    credentials: string;
    method: string;
  }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({
      url,
      body: JSON.parse((init.body as string) || "{}"),
      headers: init.headers as Record<string, string>,
      credentials: init.credentials!,
      method: init.method ?? "GET",
    });
    if (url.includes("feedback")) return new Response(null, { status: 204 });
    const answer = answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new TypeError("Failed to fetch");
    return typeof answer === "function" ? answer() : answer;
  });
  return asked;
}
const streamed = (bytes: Uint8Array): Response =>
  new Response(bytes as BodyInit, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
const refused = (status: number, code: string, headers = {}): Response =>
  new Response(JSON.stringify({ error: { message: "m", type: "t", param: null, code } }), { status, headers });
const whole = (said = "Hi."): Response => streamed(stream([start([product("1")]), text(said), finish(["1"])]));

const KEY = "vitrina:https://a.example/:en";
let told: [string, object][];
let productId = "";

function chatOf(config = () => Promise.resolve(CONFIG as never)) {
  told = [];
  return createChat({
    client: createClient("https://a.example/", "en", () => "v1.t"),
    config,
    key: KEY,
    productId,
    emit: (event, detail) => void told.push([event, detail]),
    changed: () => {},
  });
}
const settled = async (chat: ReturnType<typeof chatOf>): Promise<void> => {
  await vi.waitFor(() => expect(chat.busy()).toBe(false));
};

beforeEach(() => {
  localStorage.clear();
  productId = "";
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a question", () => {
  it("is asked once, with the conversation, and without cookies", async () => {
    const asked = runtime(whole("One."), whole("Two."));
    const chat = chatOf();
    expect(chat.ask("  first  ")).toBe(true);
    await settled(chat);
    chat.ask("second");
    await settled(chat);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual({
      url: "https://a.example/api/v1/chat/completions",
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json", "x-vitrina-visitor": "v1.t" },
      body: {
        model: "vitrina-en",
        stream: true,
        vitrina: {},
        messages: [
          { role: "user", content: "first" },
          { role: "assistant", content: "One." },
          { role: "user", content: "second" },
        ],
      },
    });
    expect(told).toEqual([
      ["message", { text: "first" }],
      ["answer", { id: "chatcmpl-1", text: "One.", products: ["1"], named: ["1"] }],
      ["message", { text: "second" }],
      ["answer", { id: "chatcmpl-1", text: "Two.", products: ["1"], named: ["1"] }],
    ]);
  });

  it("says which product's page it was asked on", async () => {
    productId = "42";
    const asked = runtime(whole());
    const chat = chatOf();
    chat.ask("in red?");
    await settled(chat);
    expect(asked[0]!.body.vitrina).toEqual({ context: { product_id: "42" } });
  });

  it("of nothing but space is none, nor is one while an answer is coming", async () => {
    const asked = runtime(whole());
    const chat = chatOf();
    expect(chat.ask(" \n ")).toBe(false);
    expect(chat.ask("a")).toBe(true);
    expect(chat.ask("b")).toBe(false);
    await settled(chat);
    expect(asked).toHaveLength(1);
  });

  it("asked again without a condition has its answer replaced", async () => {
    const asked = runtime(whole("One."), whole("Two."), whole("Three."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    chat.ask("b");
    await settled(chat);
    chat.ask("b", ["price", "stock"], chat.turns()[1]);
    await settled(chat);
    expect(chat.turns().map(({ answer }) => answer)).toEqual(["One.", "Three."]);
    expect(asked[2]!.body.vitrina).toEqual({ drop: ["price", "stock"] });
    expect(asked[2]!.body.messages).toHaveLength(3);
  });
});

describe("what went wrong is told apart", () => {
  it.each([
    [refused(401, "invalid_api_key"), { kind: "refused" }],
    [refused(404, "model_not_found"), { kind: "unknown" }],
    [refused(429, "rate_limit_exceeded", { "retry-after": "12" }), { kind: "busy", retryAfter: 12 }],
    [refused(429, "rate_limit_exceeded"), { kind: "busy" }],
    [refused(429, "x", { "retry-after": "99999999" }), { kind: "busy", retryAfter: 3600 }],
    [refused(503, "catalog_unavailable", { "retry-after": "5" }), { kind: "down", retryAfter: 5 }],
    [refused(503, "switched_off", { "retry-after": "60" }), { kind: "off" }],
    [refused(500, "internal"), { kind: "down" }],
    [new Response("<html>", { status: 502 }), { kind: "down" }],
    [refused(400, "x"), { kind: "rejected" }],
    [refused(413, "x"), { kind: "rejected" }],
    [new Response("{}", { headers: { "content-type": "application/json" } }), { kind: "invalid" }],
    [new Response("<html>", { headers: { "content-type": "text/html" } }), { kind: "invalid" }],
    [new TypeError("Failed to fetch"), { kind: "unreachable" }],
    [streamed(stream([start(), text("half")], false)), { kind: "cut" }],
    [streamed(stream([start(), failed])), { kind: "cut" }],
    [streamed(stream(["data: {\n\n"])), { kind: "invalid" }],
  ])("%# as it is", async (answer, failure) => {
    const asked = runtime(answer);
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    expect(chat.turns()[0]).toMatchObject({ question: "a", state: "cut", failure });
    expect(told.slice(1)).toEqual([["error", failure]]);
    // Nothing is sent twice by itself.
    expect(asked).toHaveLength(1);
  });

  it("from being offline", async () => {
    runtime();
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    expect(chat.turns()[0]!.failure).toEqual({ kind: "offline" });
    vi.restoreAllMocks();
  });

  it("and where asking again cannot help it is not offered", () => {
    expect(
      (["offline", "unreachable", "busy", "down", "off", "cut", "invalid"] as const).every((kind) =>
        canRetry({ kind }),
      ),
    ).toBe(true);
    expect((["refused", "unknown", "rejected"] as const).some((kind) => canRetry({ kind }))).toBe(false);
  });

  it("with the config too", async () => {
    runtime();
    const chat = chatOf(() => Promise.reject({ kind: "unknown" }));
    chat.ask("a");
    await settled(chat);
    expect(chat.turns()[0]).toMatchObject({ state: "cut", failure: { kind: "unknown" } });
  });

  it("when a line breaks in the middle", async () => {
    let pull = 0;
    const body = new ReadableStream({
      pull: (control) =>
        void (pull++
          ? control.error(new TypeError("network"))
          : control.enqueue(stream([start(), text("half")], false))),
    });
    runtime(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    expect(chat.turns()[0]).toMatchObject({ answer: "half", state: "cut", failure: { kind: "cut" } });
  });

  it("when a line says nothing for too long", async () => {
    vi.useFakeTimers();
    vi.stubGlobal(
      "fetch",
      (_: string, { signal }: RequestInit) =>
        new Promise((_, reject) =>
          signal!.addEventListener("abort", () => reject(new DOMException("x", "AbortError"))),
        ),
    );
    const chat = chatOf();
    chat.ask("a");
    await vi.advanceTimersByTimeAsync(39_000);
    expect(chat.busy()).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(chat.turns()[0]).toMatchObject({ state: "cut", failure: { kind: "unreachable" } });
  });
});

describe("an answer that is stopped", () => {
  it("keeps what was said, and hears nothing more", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      start: (control) => control.enqueue(stream([start(), text("half")], false)),
      cancel: () => void (cancelled = true),
    });
    vi.stubGlobal("fetch", async (_: string, { signal }: RequestInit) => {
      signal!.addEventListener("abort", () => void (cancelled = true));
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    const chat = chatOf();
    chat.ask("a");
    await vi.waitFor(() => expect(chat.turns()[0]!.answer).toBe("half"));
    chat.stop();
    expect(chat.turns()[0]).toMatchObject({ answer: "half", state: "stopped" });
    expect(cancelled).toBe(true);
    expect(told.map(([event]) => event)).toEqual(["message"]);
  });
});

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
    expect(told.pop()).toEqual(["feedback", { answer_id: "chatcmpl-1", rating: "up", reason: "" }]);
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

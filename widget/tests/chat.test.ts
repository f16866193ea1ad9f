import { describe, expect, it, vi } from "vitest";
import { canRetry } from "../src/failures";
import { chatOf, eachAlone, refused, runtime, settled, streamed, whole, world } from "./runtime";
import { failed, start, stream, text } from "./wire";

eachAlone();

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
        vitrina: { context: { product_id: "" } },
        messages: [
          { role: "user", content: "first", vitrina: { drop: [] } },
          { role: "assistant", content: "One." },
          { role: "user", content: "second", vitrina: { drop: [] } },
        ],
      },
    });
    expect(world.told).toEqual([
      ["message", { text: "first" }],
      ["answer", { id: "chatcmpl-1", text: "One.", products: ["1"], named: ["1"] }],
      ["message", { text: "second" }],
      ["answer", { id: "chatcmpl-1", text: "Two.", products: ["1"], named: ["1"] }],
    ]);
  });

  it("says which product's page it was asked on", async () => {
    world.productId = "42";
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
    expect(asked[2]!.body.messages).toMatchObject([
      { content: "a", vitrina: { drop: [] } },
      { content: "One." },
      { content: "b", vitrina: { drop: ["price", "stock"] } },
    ]);
  });

  it("leaves what was taken off an earlier one off, and says whose it was", async () => {
    const asked = runtime(whole("One."), whole("Two."), whole("Three."));
    const chat = chatOf();
    chat.ask("a");
    await settled(chat);
    chat.ask("a", ["price"], chat.turns()[0]);
    await settled(chat);
    chat.ask("b");
    await settled(chat);
    expect(asked[2]!.body.messages).toMatchObject([
      { content: "a", vitrina: { drop: ["price"] } },
      { content: "Two." },
      { content: "b", vitrina: { drop: [] } },
    ]);
  });
});

describe("what went wrong is world.told apart", () => {
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
    expect(world.told.slice(1)).toEqual([["error", failure]]);
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
  it("before it is asked for is never asked for", async () => {
    const asked = runtime(whole());
    let arrive = (_: never): void => {};
    const chat = chatOf(() => new Promise<never>((resolve) => (arrive = resolve)));
    chat.ask("a");
    chat.stop();
    arrive({ model: "vitrina-en" } as never);
    await vi.waitFor(() => expect(chat.busy()).toBe(false));
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toEqual([]);
    expect(chat.turns()[0]!.state).toBe("stopped");
  });

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
    expect(world.told.map(([event]) => event)).toEqual(["message"]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEvents } from "../src/events";
import { createPresence } from "../src/presence";
import { enter, isEntered, leave } from "../src/viewport";
import type { Config, Failure } from "../src/wire";

const CONFIG: Config = { enabled: true, name: "N", locale: "en", model: "vitrina-en", links: {}, sites: [], suggestions: [], visitor: null };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("listeners", () => {
  it("hear their event until they have heard enough", () => {
    const { emit, on } = createEvents(false);
    const heard: unknown[] = [];
    const off = on("message", (detail) => heard.push(detail));
    on("open", () => heard.push("open"));
    emit("message", { text: "a" });
    emit("open", {});
    off();
    off();
    emit("message", { text: "b" });
    expect(heard).toEqual([{ text: "a" }, "open"]);
  });

  it("that fail keep nobody else from hearing", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { emit, on } = createEvents(false);
    const heard: unknown[] = [];
    on("open", () => {
      throw new Error("theirs");
    });
    on("open", () => heard.push("open"));
    emit("open", {});
    expect(heard).toEqual(["open"]);
    expect(warned).toHaveBeenCalledOnce();
  });

  it("of analytics are told too where the shop wants that, and never what was written", () => {
    const page = window as { dataLayer?: unknown[] };
    createEvents(false).emit("open", {});
    expect(page.dataLayer).toBeUndefined();
    const { emit } = createEvents(true);
    emit("message", { text: "my number is 5" });
    emit("product_click", { id: "1", sku: "S", name: "N", price: 5, currency: "USD" });
    emit("answer", { id: "c", text: "secret", products: ["1"], named: [] });
    expect(page.dataLayer).toEqual([
      { event: "vitrina_message" },
      { event: "vitrina_product_click", id: "1", sku: "S", name: "N", price: 5, currency: "USD" },
      { event: "vitrina_answer", id: "c", products: ["1"], named: [] },
    ]);
    delete page.dataLayer;
  });

  it("of analytics that fail keep nothing from going on", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const page = window as { dataLayer?: unknown };
    const { emit, on } = createEvents(true);
    const heard: unknown[] = [];
    on("open", () => heard.push("open"));
    for (const layer of ["no list", { push: () => { throw new Error("theirs"); } }]) {
      page.dataLayer = layer;
      emit("open", {});
    }
    expect([heard.length, warned.mock.calls.length]).toEqual([2, 2]);
    delete page.dataLayer;
  });
});

describe("whether there is a chat", () => {
  let answers: (Config | Failure)[];
  const presence = () => {
    const changed = vi.fn();
    let asked = 0;
    const made = createPresence(async () => {
      asked++;
      const answer = answers.shift() ?? CONFIG;
      if ("kind" in answer) throw answer;
      return answer;
    }, changed);
    return { ...made, changed, asked: () => asked };
  };
  beforeEach(() => {
    vi.useFakeTimers();
    answers = [];
  });

  it("is asked once at a time", async () => {
    const { load, asked } = presence();
    expect(await Promise.all([load(), load()])).toEqual([CONFIG, CONFIG]);
    expect(asked()).toBe(1);
  });

  it("is asked again in time: switched off, it is gone within a minute", async () => {
    answers = [CONFIG, { ...CONFIG, enabled: false }];
    const { load, config, problem, changed, asked } = presence();
    await load();
    // A browser may keep an answer for 10 seconds.
    await vi.advanceTimersByTimeAsync(50_000);
    expect([asked(), config()!.enabled, problem()]).toEqual([2, false, { kind: "off" }]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it("is not asked while nobody looks, and at once when somebody does again", async () => {
    const { load, asked } = presence();
    await load();
    const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked()).toBe(1);
    seen.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked()).toBe(2);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(asked()).toBe(2);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(asked()).toBe(3);
  });

  it("is asked again in time by a page that was hidden in between", async () => {
    const { load, asked } = presence();
    await load();
    await vi.advanceTimersByTimeAsync(33_000);
    const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await vi.advanceTimersByTimeAsync(6_500);
    seen.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(10_500);
    expect(asked()).toBe(2);
  });

  it("stays as it was while the runtime cannot be reached", async () => {
    answers = [CONFIG, { kind: "unreachable" }];
    const { load, config, problem, asked } = presence();
    await load();
    await vi.advanceTimersByTimeAsync(49_000);
    expect([asked(), config(), problem()]).toEqual([2, CONFIG, null]);
  });

  it("is asked on where nobody answered, and not where there never will be one", async () => {
    answers = [{ kind: "unreachable" }, { kind: "unknown" }];
    const { load, problem, asked } = presence();
    await load().catch(() => {});
    expect(problem()).toEqual({ kind: "unreachable" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect([asked(), problem()]).toEqual([2, { kind: "unknown" }]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked()).toBe(2);
  });
});

describe("the page's history", () => {
  it("gets one entry, over what the page keeps there, and gives it back", async () => {
    history.replaceState({ theirs: 1 }, "");
    const before = history.length;
    enter();
    enter();
    expect([history.length, history.state]).toEqual([before + 1, { theirs: 1, vitrina: 1 }]);
    const back = new Promise((resolve) => addEventListener("popstate", resolve, { once: true }));
    leave();
    await back;
    expect([isEntered(), history.state]).toEqual([false, { theirs: 1 }]);
    leave();
    expect(history.state).toEqual({ theirs: 1 });
  });

  it("may be none of ours to touch", () => {
    vi.spyOn(history, "pushState").mockImplementation(() => {
      throw new DOMException("x", "SecurityError");
    });
    expect(enter).not.toThrow();
    expect(isEntered()).toBe(false);
  });

  it("may hold a state that is no object", () => {
    history.replaceState("text", "");
    enter();
    expect(history.state).toEqual({ vitrina: 1 });
    history.replaceState(null, "");
  });
});

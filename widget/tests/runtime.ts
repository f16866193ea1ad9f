/** A chat with a runtime that answers as a test says. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import { createChat } from "../src/chat";
import { createClient } from "../src/client";
import { finish, product, start, stream, text } from "./wire";

const CONFIG = {
  enabled: true,
  name: "Northfold",
  locale: "en_US",
  model: "vitrina-en",
  links: {},
  visitor: { token: "v1.t", expires_in: 3600 },
};

/** A runtime that answers as `answers` say, one after the other, and remembers what it was asked. */
export function runtime(...answers: (Response | Error | (() => Response))[]) {
  const asked: {
    url: string;
    body: Record<string, unknown>;
    headers: Record<string, string>;
    credentials: string;
    method: string;
    keepalive: boolean | undefined;
  }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({
      url,
      body: JSON.parse((init.body as string) || "{}"),
      headers: init.headers as Record<string, string>,
      credentials: init.credentials!,
      method: init.method ?? "GET",
      keepalive: init.keepalive,
    });
    if (url.includes("feedback")) return new Response(null, { status: 204 });
    const answer = answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new TypeError("Failed to fetch");
    return typeof answer === "function" ? answer() : answer;
  });
  return asked;
}
/** A stream of `bytes` as it is answered with. */
export const streamed = (bytes: Uint8Array): Response =>
  new Response(bytes as BodyInit, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
/** An answer that is an error. */
export const refused = (status: number, code: string, headers = {}): Response =>
  new Response(JSON.stringify({ error: { message: "m", type: "t", param: null, code } }), { status, headers });
/** A whole answer that says `said`. */
export const whole = (said = "Hi."): Response => streamed(stream([start([product("1")]), text(said), finish(["1"])]));

/** Of the storage. */
export const KEY = "vitrina:https://a.example/:en";
/** What was told to listeners, and the product whose page it is. */
export const world = { told: [] as [string, object][], productId: "" };

/** A new chat, as on a page that was just opened. */
export function chatOf(config = () => Promise.resolve(CONFIG as never)) {
  world.told = [];
  return createChat({
    client: createClient("https://a.example/", "en", () => "v1.t"),
    config,
    key: KEY,
    productId: () => world.productId,
    emit: (event, detail) => void world.told.push([event, detail]),
    changed: () => {},
  });
}
/** Until nothing more is expected of `chat`. */
export const settled = async (chat: ReturnType<typeof chatOf>): Promise<void> => {
  await vi.waitFor(() => expect(chat.busy()).toBe(false));
};

/** Each test of a file begins with an empty storage and ends with the browser as it was. */
export function eachAlone(): void {
  beforeEach(() => {
    localStorage.clear();
    world.productId = "";
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
}

/** What a runtime sends, for tests. */
import type { Card } from "../src/wire";

export const product = (id: string, more: object = {}): Card => ({
  id,
  sku: "SKU-" + id,
  name: "Product " + id,
  price_text: "$" + id + ".00",
  price_from: Number(id),
  currency: "USD",
  in_stock: true,
  url: `https://shop.example/p${id}.html`,
  image: `https://shop.example/media/p${id}.jpg`,
  ...more,
});

const chunk = (delta: object, finish_reason: string | null, vitrina?: object): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "vitrina-en",
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  ...(vitrina && { vitrina }),
});

export const start = (products: object[] = [product("1")], more: object = {}): object =>
  chunk({ role: "assistant", content: "" }, null, {
    store: "en",
    as_of: "2026-11-22T03:00:00Z",
    understood: [],
    degraded: null,
    products,
    ...more,
  });
export const text = (content: string): object => chunk({ content }, null);
export const finish = (named: string[] = [], more: object = {}): object =>
  chunk({}, "stop", { named, corrections: 0, follow_ups: [], ...more });
export const failed = { error: { message: "x", type: "server_error", param: null, code: "llm_unavailable" } };

/** The bytes of a stream of `chunks`, with its end unless there is none. */
export const stream = (chunks: (object | string)[], done = true): Uint8Array =>
  new TextEncoder().encode(
    chunks.map((one) => (typeof one === "string" ? one : `data: ${JSON.stringify(one)}\n\n`)).join("") +
      (done ? "data: [DONE]\n\n" : ""),
  );

/** What the widget asks of the runtime. Nothing is ever sent twice by itself: that is for the shopper to decide. */
import { failureOf, unreached } from "./failures";
import type { Message } from "./conversation";
import { asJson } from "./json";
import { answerReader, texts } from "./stream";
import type { AnswerEvent, Config, Failure } from "./wire";

const CONFIG_MS = 15_000;
// The runtime sends a comment every 15 s however long a model thinks; silence beyond two of them is a dead line.
const SILENCE_MS = 40_000;

/** What `POST /api/v1/chat/completions` is asked with. */
export interface Question {
  model: string;
  messages: Message[];
  productId: string;
}

/** The body of the request for `question`'s answer. */
export function chatBody({ model, messages, productId }: Question): string {
  return asJson({ model, stream: true, messages, vitrina: { context: { product_id: productId } } });
}

/** The body of the request that rates answer `id`. */
export function feedbackBody(id: string, rating: string, reason: string, store: string): string {
  return asJson({ answer_id: id, rating, ...(reason && { reason }), ...(store && { store }) });
}

/** The runtime at `base`; `token` gives the visitor's, or "". */
export function createClient(base: string, store: string, token: () => string) {
  const call = (path: string, init: RequestInit): Promise<Response> => {
    const visitor = token();
    return fetch(base + "api/v1/" + path, {
      credentials: "omit",
      ...init,
      headers: {
        ...(init.body ? { "content-type": "application/json" } : {}),
        ...(visitor && { "x-vitrina-visitor": visitor }),
      },
    });
  };
  return {
    /** What the page needs to know of the chat. Rejects with a Failure. */
    async config(): Promise<Config> {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), CONFIG_MS);
      try {
        const query = store && "?store=" + encodeURIComponent(store);
        const response = await call("widget/config" + query, { signal: abort.signal });
        if (!response.ok) throw await failureOf(response);
        const config = (await response.json()) as Config;
        if (typeof config?.model !== "string") throw { kind: "invalid" } satisfies Failure;
        return { ...config, links: config.links || {}, sites: texts(config.sites), suggestions: texts(config.suggestions) };
      } catch (error) {
        throw (error as Failure).kind ? error : unreached();
      } finally {
        clearTimeout(timer);
      }
    },
    /** Asks `question` once and gives what comes, until the stream is over, silent for too long, or `stopped`; never
     * throws. */
    async ask(question: Question, stopped: AbortController, give: (event: AnswerEvent) => void): Promise<void> {
      if (stopped.signal.aborted) return;
      let begun = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const heard = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => stopped.abort(), SILENCE_MS);
      };
      heard();
      try {
        const response = await call("chat/completions", {
          method: "POST",
          body: chatBody(question),
          signal: stopped.signal,
        });
        const failure = response.ok ? null : await failureOf(response);
        if (failure) return give({ type: "failure", failure });
        if (!response.body || !/event-stream/.test(response.headers.get("content-type") || ""))
          return give({ type: "failure", failure: { kind: "invalid" } });
        const source = response.body.getReader();
        const reader = answerReader();
        for (;;) {
          const { done, value } = await source.read();
          heard();
          begun = true;
          (value ? reader.feed(value) : done ? reader.end() : []).forEach(give);
          if (done) return;
        }
      } catch {
        give({ type: "failure", failure: begun ? { kind: "cut" } : unreached() });
      } finally {
        clearTimeout(timer);
      }
    },
    /** Tells what the shopper thinks of an answer; whether it arrives is nothing the shopper has to know. */
    rate(id: string, rating: string, reason: string): void {
      call("feedback", { method: "POST", body: feedbackBody(id, rating, reason, store), keepalive: true }).catch(
        () => {},
      );
    },
  };
}

/** An answer's stream, from bytes to events. What comes in is checked here and nowhere else. */
import { createParser } from "eventsource-parser";
import type { AnswerEvent, Card, Condition, Failure } from "./wire";

type Json = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** `value` as a list, empty when it is none. */
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
/** The texts in `value`. */
export const texts = (value: unknown): string[] => list(value).filter((one): one is string => !!text(one));
const members = (value: unknown): Json => (value && typeof value === "object" ? (value as Json) : {});

/** The product as a card, or nothing when it is none. */
export function cardOf(value: unknown): Card[] {
  const product = members(value);
  const id = text(product.id);
  const name = text(product.name);
  const price = product.price_from;
  if (!id || !name) return [];
  return [
    {
      id,
      name,
      sku: text(product.sku),
      price_text: text(product.price_text),
      price_from: typeof price === "number" ? price : null,
      currency: text(product.currency),
      in_stock: product.in_stock === true,
      url: text(product.url) || null,
      image: text(product.image) || null,
    },
  ];
}

/** The condition, or nothing when it is none. */
export function conditionOf(value: unknown): Condition[] {
  const { id, text: shown } = members(value);
  return text(id) && text(shown) ? [{ id: text(id), text: text(shown) }] : [];
}

function* eventsOf(chunk: Json): Generator<AnswerEvent> {
  const choice = members(list(chunk.choices)[0]);
  const vitrina = members(chunk.vitrina);
  if ("products" in vitrina)
    yield {
      type: "start",
      id: text(chunk.id),
      degraded: text(vitrina.degraded) || null,
      understood: list(vitrina.understood).flatMap(conditionOf),
      products: list(vitrina.products).flatMap(cardOf),
    };
  const said = text(members(choice.delta).content);
  if (said) yield { type: "text", text: said };
  // A bound ended it, perhaps in the middle of a word.
  if (choice.finish_reason === "length") yield { type: "text", text: " …" };
  if (choice.finish_reason)
    yield { type: "finish", named: texts(vitrina.named), followUps: texts(vitrina.follow_ups).slice(0, 3) };
}

/** Reads a stream piece by piece: `feed` gives the events of each piece, `end` what its end means.
 *
 * A stream ends in a finish chunk or in one error object; one that ends in neither was cut. After either nothing more
 * is read.
 */
export function answerReader(): { feed(piece: Uint8Array): AnswerEvent[]; end(): AnswerEvent[] } {
  const decoder = new TextDecoder();
  let events: AnswerEvent[] = [];
  let over = false;
  const fail = (kind: Failure["kind"]): void => {
    over = true;
    events.push({ type: "failure", failure: { kind } });
  };
  const parser = createParser({
    onEvent({ data }) {
      if (over) return;
      // Without a finish chunk before it an end is no end of a whole answer.
      if (data === "[DONE]") return fail("cut");
      try {
        const chunk = members(JSON.parse(data));
        if (chunk.error) return fail("cut");
        if (!Array.isArray(chunk.choices)) return fail("invalid");
        for (const event of eventsOf(chunk)) {
          events.push(event);
          over ||= event.type === "finish";
        }
      } catch {
        fail("invalid");
      }
    },
  });
  const taken = (): AnswerEvent[] => events.splice(0);
  return {
    feed(piece) {
      parser.feed(decoder.decode(piece, { stream: true }));
      return taken();
    },
    end() {
      if (!over) fail("cut");
      return taken();
    },
  };
}

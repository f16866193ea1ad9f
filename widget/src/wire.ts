/** What the runtime sends, as far as the widget reads it. Everything is checked where it comes in: `stream.ts`. */

/** `GET /api/v1/widget/config`. */
export interface Config {
  enabled: boolean;
  name: string;
  locale: string;
  model: string;
  links: Partial<Record<"delivery" | "returns" | "contacts" | "privacy", string>>;
  sites: string[];
  visitor: { token: string; expires_in: number } | null;
  suggestions: string[];
}

/** What a card shows of a product, and what of it is kept. */
export interface Card {
  id: string;
  sku: string;
  name: string;
  price_text: string;
  price_from: number | null;
  currency: string;
  in_stock: boolean;
  url: string | null;
  image: string | null;
}

/** One condition read out of the question. */
export interface Condition {
  id: string;
  text: string;
}

/** Why there is no whole answer; `retryAfter` in seconds. */
export type FailureKind =
  "offline" | "unreachable" | "refused" | "unknown" | "busy" | "down" | "off" | "rejected" | "cut" | "invalid";

/** A failure as the shopper is told of it. */
export interface Failure {
  kind: FailureKind;
  retryAfter?: number;
}

/** What an answer's stream says, in order. */
export type AnswerEvent =
  | { type: "start"; id: string; degraded: string | null; understood: Condition[]; products: Card[] }
  | { type: "text"; text: string }
  | { type: "finish"; named: string[]; followUps: string[] }
  | { type: "failure"; failure: Failure };

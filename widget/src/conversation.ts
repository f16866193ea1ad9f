/** The conversation: its turns, what of them is sent, and what of them is kept. Pure. */
import { asJson } from "./json";
import { cardOf, conditionOf, list, texts } from "./stream";
import type { Card, Condition, Failure } from "./wire";

/** asking: nothing has come yet; cut: it broke off or never came, see `failure`; stopped: by the shopper. */
export type TurnState = "asking" | "answering" | "whole" | "stopped" | "cut";

/** A question and what came of it. `at`: milliseconds since the epoch. `drop`: ids of conditions taken back. */
export interface Turn {
  question: string;
  drop: string[];
  at: number;
  state: TurnState;
  answer: string;
  id: string;
  degraded: string | null;
  understood: Condition[];
  products: Card[];
  named: string[];
  followUps: string[];
  failure?: Failure;
  /** When it may be tried again: milliseconds since the epoch. */
  until?: number;
  rating?: "up" | "down";
}

/** One message as the runtime takes it. */
export interface Message {
  role: "user" | "assistant";
  content: string;
  vitrina?: { drop: string[] };
}

const SENT_TURNS = 20;
const KEPT_TURNS = 15;

/** A turn that nothing came of yet. */
export function newTurn(question: string, at: number, drop: string[] = []): Turn {
  return {
    question,
    drop,
    at,
    state: "asking",
    answer: "",
    id: "",
    degraded: null,
    understood: [],
    products: [],
    named: [],
    followUps: [],
  };
}

/** Whether something is still expected of `turn`. */
export const isOpen = (turn: Turn): boolean => turn.state === "asking" || turn.state === "answering";

/** The messages that ask the question of `turns[last]` in its conversation.
 *
 * An answer that broke off is no answer and is left out; one that was stopped is what the shopper saw, and says that
 * it goes on.
 */
export function messagesOf(turns: readonly Turn[], last: number): Message[] {
  const sent = turns.slice(Math.max(0, last + 1 - SENT_TURNS), last + 1);
  return sent.flatMap((turn, place) => {
    const messages: Message[] = [{ role: "user", content: turn.question, vitrina: { drop: turn.drop } }];
    if (place < sent.length - 1 && turn.answer && (turn.state === "whole" || turn.state === "stopped"))
      messages.push({ role: "assistant", content: turn.answer + (turn.state === "stopped" ? " …" : "") });
    return messages;
  });
}

/** What is kept of `turns`, newest last. What is still open is kept as broken off: if it comes to be read, it was. */
export function written(turns: readonly Turn[]): string {
  const kept = turns.slice(-KEPT_TURNS).map((turn): Turn => (isOpen(turn) ? { ...turn, state: "cut" } : turn));
  return asJson({ v: 1, open: turns.some(isOpen), turns: kept });
}

/** Whether whoever wrote `stored` was still waiting for an answer; it begins as `written` begins it. */
export const isUnderWay = (stored: string | null): boolean => !!stored?.startsWith('{"v":1,"open":true');

/** The turns that `stored` holds; none of what is not ours. */
export function restored(stored: string | null): Turn[] {
  try {
    const { v, turns } = JSON.parse(stored || "{}") as { v?: unknown; turns?: unknown };
    return v === 1 && Array.isArray(turns) ? turns.filter(isTurn).map(mended) : [];
  } catch {
    return [];
  }
}

function isTurn(turn: Partial<Turn> | null): turn is Turn {
  return (
    typeof turn?.question === "string" &&
    typeof turn.answer === "string" &&
    typeof turn.at === "number" &&
    ["whole", "stopped", "cut"].includes(turn.state as string)
  );
}

function mended(turn: Turn): Turn {
  return {
    ...newTurn(turn.question, turn.at),
    ...turn,
    drop: texts(turn.drop),
    products: list(turn.products).flatMap(cardOf),
    understood: list(turn.understood).flatMap(conditionOf),
    named: texts(turn.named),
    followUps: texts(turn.followUps),
    ...(turn.state === "cut" && !turn.failure && { failure: { kind: "cut" } }),
  };
}

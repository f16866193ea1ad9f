/** The conversation as it goes on: asking, stopping, rating, forgetting. Knows the runtime and the storage, no element. */
import type { createClient } from "./client";
import { isOpen, isUnderWay, messagesOf, newTurn, restored, written, type Turn } from "./conversation";
import type { Emit } from "./events";
import { keep, recall } from "./storage";
import type { AnswerEvent, Config, Failure } from "./wire";

const UNDO_MS = 5_000;
const REASON_MS = 20_000;

/** A chat of one store. `key`: of the storage. `changed`: called whenever something looks otherwise than before. */
export function createChat(given: {
  client: ReturnType<typeof createClient>;
  config(): Promise<Config>;
  key: string;
  productId(): string;
  emit: Emit;
  changed(): void;
}) {
  const { client, key, emit, changed } = given;
  let turns = restored(recall(key));
  let cleared: Turn[] = [];
  let undoTimer: ReturnType<typeof setTimeout>;
  let rating: { turn: Turn; timer: ReturnType<typeof setTimeout> } | null = null;
  let abort = new AbortController();

  const save = (anew?: boolean): void => {
    // What the page has cleared meanwhile is not written back. Where there is no room for all of it the newest is kept.
    if (turns.length && (anew || recall(key) !== null)) keep(key, written(turns)) || keep(key, written(turns.slice(-2)));
  };
  const busy = (): boolean => turns.some(isOpen);

  const halt = (): boolean => {
    const turn = turns.find(isOpen);
    if (turn) turn.state = "stopped";
    abort.abort();
    return !!turn;
  };

  /** Tells the runtime of a thumb down, with its reason if one was given. */
  const settle = (reason = ""): void => {
    if (!rating) return;
    const { turn, timer } = rating;
    clearTimeout(timer);
    rating = null;
    client.rate(turn.id, "down", reason);
    emit("feedback", { answer_id: turn.id, rating: "down", reason });
  };

  const take = (turn: Turn, event: AnswerEvent): void => {
    if (!isOpen(turn)) return;
    switch (event.type) {
      case "start":
        Object.assign(turn, {
          id: event.id,
          degraded: event.degraded,
          understood: event.understood,
          products: event.products,
        });
        break;
      case "text":
        turn.answer += event.text;
        turn.state = "answering";
        break;
      case "finish":
        turn.named = event.named;
        turn.followUps = event.followUps;
        turn.state = "whole";
        emit("answer", {
          id: turn.id,
          text: turn.answer,
          products: turn.products.map(({ id }) => id),
          named: turn.named,
        });
        break;
      case "failure":
        turn.state = "cut";
        turn.failure = event.failure;
        turn.until = Date.now() + (event.failure.retryAfter ?? 0) * 1000;
        abort.abort();
        emit("error", event.failure);
    }
    if (event.type !== "text") save();
    changed();
  };

  /** Asks `question`, in place of `former` if that is given; false while another answer is still coming. */
  const ask = (question: string, drop: string[] = [], former?: Turn): boolean => {
    const text = question.trim();
    if (!text || busy()) return false;
    settle();
    const turn = newTurn(text, Date.now(), drop);
    const place = former ? turns.indexOf(former) : turns.length;
    turns = [...turns.slice(0, place), turn];
    cleared = [];
    abort = new AbortController();
    const stopped = abort;
    save(true);
    emit("message", { text });
    changed();
    given.config().then(
      ({ model }) =>
        client.ask({ model, messages: messagesOf(turns, place), productId: given.productId() }, stopped, (event) =>
          take(turn, event),
        ),
      (failure: Failure) => take(turn, { type: "failure", failure }),
    );
    return true;
  };

  addEventListener("storage", (event) => {
    // Another tab of the same shop cleared the conversation, or went on with it: told here once it is through.
    if (event.storageArea !== localStorage) return;
    if (event.key === null || (event.key === key && !event.newValue)) halt();
    else if (event.key !== key || busy() || isUnderWay(event.newValue)) return;
    turns = restored(event.newValue);
    changed();
  });

  return {
    turns: () => turns,
    busy,
    ask,
    settle,
    /** Keeps what has come of an answer so far. */
    saveHalf: () => busy() && save(),
    /** What a clear can still bring back. */
    undoable: () => cleared.length > 0,
    /** What came so far stays, as stopped. */
    stop(): void {
      if (!halt()) return;
      save();
      changed();
    },
    /** Forgets the conversation; for five seconds `undo` brings it back. */
    clear(): void {
      this.stop();
      settle();
      cleared = turns;
      turns = [];
      keep(key, null);
      clearTimeout(undoTimer);
      undoTimer = setTimeout(() => {
        cleared = [];
        changed();
      }, UNDO_MS);
      changed();
    },
    undo(): void {
      if (cleared.length) turns = cleared;
      cleared = [];
      save(true);
      changed();
    },
    /** A thumb down waits a little for its reason, so that one answer is rated once. */
    rate(turn: Turn, value: "up" | "down"): void {
      if (turn.rating === value) return;
      settle();
      turn.rating = value;
      if (value === "down") rating = { turn, timer: setTimeout(settle, REASON_MS) };
      else {
        client.rate(turn.id, value, "");
        emit("feedback", { answer_id: turn.id, rating: value, reason: "" });
      }
      save();
      changed();
    },
    explain(turn: Turn, reason: string): void {
      // Behind a rating that has gone already its reason goes after it.
      if (rating?.turn !== turn) {
        settle();
        rating = { turn, timer: setTimeout(settle) };
      }
      settle(reason);
      changed();
    },
  };
}

/** See createChat. */
export type Chat = ReturnType<typeof createChat>;

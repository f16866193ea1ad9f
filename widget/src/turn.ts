/** One question with its answer, as it is seen. */
import { fillRow, type CardContext } from "./cards";
import { isOpen, type Turn } from "./conversation";
import { h, icon, ICONS, slot } from "./dom";
import { canRetry } from "./failures";
import { unbroken } from "./languages";
import { renderMarkdown } from "./markdown";
import { settled } from "./unfinished";
import type { Card } from "./wire";

/** What a turn can be asked to do. */
export interface TurnContext extends CardContext {
  again(turn: Turn, drop: string[]): void;
  rate(turn: Turn, rating: "up" | "down"): void;
  explain(turn: Turn, reason: string): void;
}

/** A view of `turn`; `update` shows what has become of it. `last`: whether nothing was asked after it. `answer`: its words,
 * within `root`. */
export interface TurnView {
  turn: Turn;
  root: HTMLElement;
  answer: HTMLElement;
  update(last: boolean): void;
  /** Ends what would go on by itself. */
  end(): void;
}

const SLOW_MS = 6_000;

/** See TurnView. */
export function turnView(turn: Turn, context: TurnContext): TurnView {
  const { t, count } = context.voice;
  const chips = slot("chips");
  const row = h("ul", "cards", { role: "list" });
  const text = h("div", "answer");
  const status = slot("status");
  const feedback = slot("feedback");
  const question = h("div", "question", {}, h("span", "hidden", {}, t.you + " "), turn.question);
  const root = h("div", "turn", {}, question, chips.root, row, text, status.root, feedback.root);
  const made = new Map<Card | null, HTMLElement>();
  let written = "";
  let all = false;
  let reasons = false;
  let thanked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const showChips = (last: boolean): void => {
    chips.fill([turn.understood, last], () =>
      turn.understood.map(({ id, text: shown }) =>
        last
          ? h(
              "button",
              "chip",
              { type: "button", "aria-label": t.drop + shown, click: () => context.again(turn, [...turn.drop, id]) },
              shown,
              icon(ICONS.close),
            )
          : h("span", "condition", {}, shown),
      ),
    );
  };

  const showCards = (): void =>
    fillRow(row, turn, all, made, context, () => {
      const shown = row.children.length - 1;
      all = true;
      showCards();
      (row.children[shown]?.firstChild as HTMLElement | null)?.focus();
    });

  const showText = (): void => {
    const open = isOpen(turn);
    // The list that stands in place of a model's words holds what the cards show.
    const said = unbroken(turn.degraded === "llm" ? turn.answer.replace(/[:.]\n\n1\. [^]*/, ".") : turn.answer);
    const drawn = open ? settled(said) : said;
    if (drawn === written) return;
    written = drawn;
    const old = [...text.childNodes];
    const now = [...renderMarkdown(drawn, context.rule, t.page).childNodes];
    // Paragraphs that are through stay, so that links in them can be tapped and words be marked while more is written.
    const same = now.findIndex((node, place) => !old[place]?.isEqualNode(node));
    const kept = same < 0 ? now.length : same;
    old.slice(kept).forEach((node) => node.remove());
    text.append(...now.slice(kept));
  };

  const retry = (until = 0): HTMLElement => {
    const button = h("button", "retry", { type: "button", click: () => context.again(turn, turn.drop) });
    const tick = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? count(t.wait, left) : t.retry;
      if (left > 0) timer = setTimeout(tick, 250);
    };
    tick();
    return button;
  };

  const waiting = (): HTMLElement => {
    const words = h("span", "words", {}, t.looking);
    timer = setTimeout(() => (words.textContent = t.slow), SLOW_MS);
    const ghosts = turn.products.length ? [] : [h("div", "ghost"), h("div", "ghost")];
    return h("div", "waiting", {}, h("div", "ghosts", {}, ...ghosts), h("span", "dots"), words);
  };

  const showStatus = (last: boolean): void => {
    status.fill([turn.state, turn.failure, last, turn.state === "asking" && turn.products.length], () => {
      clearTimeout(timer);
      if (turn.state === "asking") return [waiting()];
      if (turn.state === "stopped") return [h("span", "stopped", {}, t.stopped), last && retry()];
      const { failure } = turn;
      if (turn.state !== "cut" || !failure) return [];
      return [
        h("span", "failure", {}, t.failures[failure.kind] || t.failures.cut),
        last && canRetry(failure) && retry(turn.until),
      ];
    });
  };

  const showFeedback = (last: boolean): void => {
    reasons &&= last;
    const filled = feedback.fill([turn.state, turn.rating, reasons, thanked], () => {
      if (turn.state !== "whole" || !turn.id) return [];
      const thumb = (rating: "up" | "down"): HTMLElement =>
        h(
          "button",
          "thumb-" + rating,
          {
            type: "button",
            "aria-label": t[rating],
            "aria-pressed": String(turn.rating === rating),
            click: () => {
              reasons = rating === "down";
              thanked = !reasons;
              context.rate(turn, rating);
            },
          },
          icon(ICONS[rating]),
        );
      const reason = ([code, words]: [string, string]): HTMLElement =>
        h(
          "button",
          "reason",
          {
            type: "button",
            "data-reason": code,
            click: () => {
              reasons = false;
              thanked = true;
              context.explain(turn, code);
            },
          },
          words,
        );
      return [
        thumb("up"),
        thumb("down"),
        thanked && h("span", "", { role: "status" }, t.thanks),
        reasons &&
          h(
            "div",
            "reasons",
            { role: "group", "aria-label": t.why },
            h("span", "", {}, t.why),
            ...Object.entries(t.reasons).map(reason),
          ),
      ];
    });
    if (filled && reasons) feedback.root.scrollIntoView({ block: "nearest" });
  };

  const update = (last: boolean): void => {
    showChips(last);
    showCards();
    showText();
    showStatus(last);
    showFeedback(last);
  };
  return { turn, root, answer: text, update, end: () => clearTimeout(timer) };
}

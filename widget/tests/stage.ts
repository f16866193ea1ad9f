/** A panel over a conversation that a test sets. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { Chat } from "../src/chat";
import { newTurn, type Turn } from "../src/conversation";
import { voiceOf } from "../src/languages";
import { ruleOf } from "../src/links";
import { createPanel, type PanelContext } from "../src/panel";
import type { Config } from "../src/wire";

/** A whole turn, but for `more`. */
export const turn = (question: string, more: Partial<Turn> = {}): Turn => ({
  ...newTurn(question, Date.now()),
  state: "whole",
  answer: "Fine.",
  id: "chatcmpl-1",
  ...more,
});

/** What is shown, and what the panel asked for. */
export const stage = {
  turns: [] as Turn[],
  busy: false,
  config: null as Config | null,
  calls: [] as [string, ...unknown[]][],
  panel: null as unknown as ReturnType<typeof createPanel>,
};

/** Shows the panel anew. */
export function show(more: Partial<PanelContext> = {}, locale = "en"): void {
  const call =
    (name: string) =>
    (...args: unknown[]): true => (stage.calls.push([name, ...args]), true);
  const chat = {
    turns: () => stage.turns,
    busy: () => stage.busy,
    ask: call("ask"),
    settle() {},
    undoable: () => false,
    stop: call("stop"),
    clear: call("clear"),
    undo: call("undo"),
  };
  stage.panel = createPanel({
    chat: chat as unknown as Chat,
    voice: voiceOf(locale),
    utm: "utm_source=vitrina",
    tap: call("tap"),
    rule: ruleOf(["https://shop.example/"], location.href),
    again: call("again"),
    rate: call("rate"),
    explain: call("explain"),
    config: () => stage.config,
    problem: () => null,
    pages: () => [
      ["help", "https://shop.example/help"],
      ["privacy", "https://shop.example/privacy"],
    ],
    notice: "",
    productId: () => "",
    touch: false,
    close: call("close"),
    ...more,
  });
  document.body.replaceChildren(stage.panel.root);
  stage.panel.update();
}
/** Everything of a name. */
export const all = (name: string): HTMLElement[] => [
  ...stage.panel.root.querySelectorAll<HTMLElement>(`[data-v="${name}"]`),
];
/** The one thing of a name. */
export const one = (name: string): HTMLElement => {
  const found = all(name);
  expect(found).toHaveLength(1);
  return found[0]!;
};
/** What everything of a name says. */
export const texts = (name: string): (string | null)[] => all(name).map(({ textContent }) => textContent);
/** A key, in the input; false where it did what keys do not do by themselves. */
export const press = (key: string, more: KeyboardEventInit = {}): boolean =>
  stage.panel.input.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, bubbles: true, ...more }));
/** Types `text` into the input. */
export const type = (text: string): void => {
  stage.panel.input.value = text;
  stage.panel.input.dispatchEvent(new Event("input"));
};

/** Each test of a file begins with no conversation. */
export function eachAnew(): void {
  beforeEach(() => {
    stage.turns = [];
    stage.busy = false;
    stage.calls = [];
    stage.config = {
      enabled: true,
      name: "Northfold",
      locale: "en_US",
      model: "vitrina-en",
      links: {},
      sites: [],
      visitor: null,
      suggestions: ["Backpacks under $100", "Blue jackets"],
    };
    Element.prototype.scrollIntoView = () => {};
  });
  afterEach(() => {
    stage.panel.end();
    vi.useRealTimers();
  });
}

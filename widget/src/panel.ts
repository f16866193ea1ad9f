/** The panel: what was said, what can be asked, and where to ask it. */
import type { Chat } from "./chat";
import { isOpen, type Turn } from "./conversation";
import { h, icon, ICONS, slot } from "./dom";
import { sentences, spoken } from "./speech";
import { turnView, type TurnContext, type TurnView } from "./turn";
import type { Config, Failure } from "./wire";

/** What the panel shows beside the conversation. `problem`: why there is no config. */
export interface PanelContext extends TurnContext {
  chat: Chat;
  config(): Config | null;
  problem(): Failure | null;
  /** The addresses of the shop's pages that may be opened, by what they are. */
  pages(): [keyof PanelContext["voice"]["t"]["links"], string][];
  notice: string;
  productId(): string;
  /** Whether typing is done on a screen: then Enter breaks the line and nothing brings up the keyboard unasked. */
  touch: boolean;
  close(): void;
}

/** See createPanel. */
export type Panel = ReturnType<typeof createPanel>;

const LONGEST = 8_000;
const SPOKEN = 6;
const LINES = 90;

/** The panel of `context.chat`; `update` shows what has become of it, `follow` brings the newest turn into view. */
export function createPanel(context: PanelContext) {
  const { chat, voice, touch } = context;
  const { t, count } = voice;
  let views: TurnView[] = [];
  let following = true;
  let told: { turn?: Turn; to: number; found?: boolean; state?: string } = { to: 0 };

  const title = h("h2", "title", { id: "title" });
  const menu = slot("menu");
  const clear = h(
    "button",
    "clear",
    { type: "button", "aria-label": t.clear, title: t.clear, click: () => (chat.clear(), rest()) },
    icon(ICONS.clear),
  );
  const head = h(
    "div",
    "head",
    {},
    h("div", "titles", {}, title, h("span", "", {}, t.title)),
    menu.root,
    clear,
    h(
      "button",
      "close",
      { type: "button", "aria-label": t.close, click: () => context.close() },
      icon(ICONS.close),
    ),
  );
  const asks = slot("asks");
  const list = h("div", "turns");
  const hello = slot("hello");
  const log = h(
    "div",
    "log",
    {
      role: "log",
      "aria-label": t.log,
      "aria-live": "off",
      tabindex: 0,
      scroll: () => {
        following = log.scrollTop >= target() - 40;
      },
    },
    hello.root,
    list,
    asks.root,
  );
  const bar = slot("bar");
  bar.root.setAttribute("role", "status");
  const input = h("textarea", "input", {
    rows: 1,
    maxlength: LONGEST,
    placeholder: t.ask,
    "aria-label": t.ask,
    enterkeyhint: touch ? "enter" : "send",
    autocomplete: "off",
  });
  const send = h("button", "send", { type: "submit", "aria-label": t.send }, icon(ICONS.send));
  const stop = h(
    "button",
    "stop",
    { type: "button", "aria-label": t.stop, click: () => (chat.stop(), rest()) },
    icon(ICONS.stop),
  );
  const grow = h("div", "grow", {}, input);
  const form = h("form", "form", { submit: (event: Event) => (event.preventDefault(), submit()) }, grow, send, stop);
  const notice = slot("notice");
  const live = h("div", "hidden", { "aria-live": "polite" });
  const root = h(
    "section",
    "panel",
    { role: "dialog", "aria-modal": "true", "aria-labelledby": "title", tabindex: -1 },
    head,
    log,
    bar.root,
    form,
    notice.root,
    live,
  );

  const rest = (): void => (touch ? log : input).focus({ preventScroll: true });
  const typed = (): void => {
    grow.dataset.text = input.value;
    send.disabled = !input.value.trim();
    asks.root.hidden = !send.disabled;
  };
  const put = (text: string): void => {
    if (!chat.ask(text)) return;
    following = true;
    input.value = "";
    typed();
    rest();
  };
  const submit = (): void => put(input.value);
  input.addEventListener("input", typed);
  input.addEventListener("keydown", (event) => {
    // While letters are being composed Enter takes a word and sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return;
    event.preventDefault();
    submit();
  });

  /** Where the log stands when the newest turn is in view: from its beginning, or so that some lines of its answer are
   * seen where a keyboard leaves no room for both. */
  const target = (): number => {
    const last = views[views.length - 1];
    if (!last) return 0;
    const { offsetTop, offsetHeight } = last.answer;
    const lines = offsetTop + Math.min(offsetHeight + 8, LINES) - log.clientHeight;
    return Math.min(log.scrollHeight - log.clientHeight, Math.max(last.root.offsetTop - 8, lines));
  };
  const follow = (): void => {
    // Only ever forward: who has scrolled on to read stays there.
    if (following && log.scrollTop < target()) log.scrollTop = target();
  };

  const say = (text: string): void => {
    live.append(h("p", "", {}, text));
    while (live.children.length > SPOKEN) live.firstChild!.remove();
  };
  const tell = (turn: Turn | undefined): void => {
    if (turn !== told.turn)
      told =
        turn && isOpen(turn)
          ? { turn, to: 0 }
          : { ...(turn && { turn, state: turn.state }), to: Infinity, found: true };
    if (!turn || told.state === turn.state) return;
    if (turn.products.length && !told.found) say(count(t.found, turn.products.length));
    told.found ||= turn.products.length > 0;
    const over = !isOpen(turn);
    const { said, to } = sentences(spoken(turn.answer), told.to, over);
    told.to = to;
    said.forEach(say);
    if (!over) return;
    told.state = turn.state;
    if (turn.state === "stopped") say(t.stopped);
    if (turn.failure) say(t.failures[turn.failure.kind]);
  };

  const showTurns = (): void => {
    const turns = chat.turns();
    views = turns.map((turn, place) => {
      const view = views.find((one) => one.turn === turn) ?? turnView(turn, context);
      if (list.children[place] !== view.root) list.insertBefore(view.root, list.children[place] ?? null);
      view.update(place === turns.length - 1);
      return view;
    });
    while (list.children.length > turns.length) list.lastChild!.remove();
    tell(turns[turns.length - 1]);
  };

  const showAsks = (): void => {
    const turns = chat.turns();
    const last = turns[turns.length - 1];
    const [name, texts] = !last
      ? ["suggestion", context.productId() ? t.about : (context.config()?.suggestions ?? [])]
      : ["follow-up", last.state === "whole" ? last.followUps : []];
    asks.fill([name, texts], () =>
      texts.map((text) => h("button", name, { type: "button", click: () => put(text) }, text)),
    );
    if (!last) asks.root.setAttribute("aria-label", t.suggestions);
  };

  const showFrame = (): void => {
    const config = context.config();
    const problem = context.problem();
    const pages = context.pages();
    title.textContent = config?.name || t.title;
    hello.fill([!!config, problem, chat.turns().length], () =>
      chat.turns().length
        ? []
        : [
            h(
              "p",
              problem ? "failure" : "greeting",
              {},
              problem ? t.failures[problem.kind] : config ? t.hello : t.looking,
            ),
          ],
    );
    const link = ([what, href]: (typeof pages)[number]): HTMLElement => h("a", what, { href }, t.links[what]);
    const help = pages.filter(([what]) => what !== "privacy");
    menu.fill(help, () => [
      help.length > 0 &&
        h(
          "details",
          "",
          {},
          h("summary", "menu-button", { "aria-label": t.menu }, icon(ICONS.menu)),
          h("nav", "pages", {}, ...help.map(link)),
        ),
    ]);
    notice.fill(pages, () => [
      context.notice || t.notice,
      " ",
      ...pages.filter(([what]) => what === "privacy").map(link),
    ]);
    bar.fill(chat.undoable(), () =>
      chat.undoable()
        ? [
            h("span", "", {}, t.cleared),
            h("button", "undo", { type: "button", click: () => (chat.undo(), rest()) }, t.undo),
          ]
        : [],
    );
    clear.hidden = !chat.turns().length;
    const busy = chat.busy();
    // Who has the focus on what goes away would be outside, with the page.
    if (!busy && !stop.hidden && stop.matches(":focus")) rest();
    stop.hidden = !busy;
    send.hidden = busy;
  };

  // A menu is closed by whatever is done beside it.
  root.addEventListener("click", ({ target }) => {
    const open = menu.root.querySelector("details[open]");
    if (open && !open.contains(target as Node)) open.removeAttribute("open");
  });
  typed();
  return {
    root,
    input,
    rest,
    follow,
    update(): void {
      showTurns();
      showAsks();
      showFrame();
      typed();
      follow();
    },
    scrolled: () => log.scrollTop,
    scrollTo(top: number): void {
      following = false;
      log.scrollTop = top;
    },
    /** Ends what would go on by itself. */
    end: () => views.forEach((view) => view.end()),
  };
}

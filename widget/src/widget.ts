/** The whole of it on one page: the element, the launcher, when the panel is open, and what the page can ask of it. */
import { createChat } from "./chat";
import { createClient } from "./client";
import { onColor, readable } from "./colors";
import { h, icon, ICONS } from "./dom";
import { createEvents, type On } from "./events";
import { trap } from "./focus";
import { chooseLocale, voiceOf } from "./languages";
import { ruleOf, safeUrl, type LinkRule } from "./links";
import { createPanel, type Panel } from "./panel";
import { createPresence } from "./presence";
import type { Settings } from "./settings";
import { keep, recall } from "./storage";
import css from "./style.css";
import { enter, followScreen, holdPage, isEntered, leave, SMALL } from "./viewport";

/** `window.vitrina`. */
export interface Vitrina {
  open(): void;
  close(): void;
  toggle(): void;
  reset(): void;
  setLocale(locale: string): void;
  on: On;
}

/** Puts the widget of the assistant at `base` on the page. `productId`: of the product that the page is about, "" for
 * none. */
export function createWidget(base: string, settings: Settings, productId: () => string): Vitrina {
  const host = document.createElement("vitrina-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const rules = new CSSStyleSheet();
  const screen = new CSSStyleSheet();
  rules.replaceSync(css);
  const { color } = settings;
  screen.replaceSync(
    `:host{z-index:${settings.zIndex}!important;--brand:${color}!important;--on-brand:${onColor(color)}!important;` +
      `--on-light:${readable(color, "#ffffff")}!important;--on-dark:${readable(color, "#1b1c1f")}!important}.root{}`,
  );
  shadow.adoptedStyleSheets = [rules, screen];
  const root = h("div", "root");
  shadow.append(root);
  // Beside the body, which some shops replace when a link is followed.
  document.documentElement.append(host);

  const key = `vitrina:${base}:${settings.store}`;
  const openKey = key + ":open";
  const visitorKey = key + ":visitor";
  const small = matchMedia(SMALL);
  const dark = matchMedia("(prefers-color-scheme:dark)");
  const touch = matchMedia("(pointer:coarse)");
  let locale = settings.locale;
  let panel: Panel | null = null;
  let isOpen = false;
  let wasFocused: HTMLElement | null = null;
  let release: (() => void)[] = [];
  let frame = 0;

  const changed = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      render();
    });
  };
  const { emit, on } = createEvents(settings.dataLayer);
  const visitor = (): string => {
    const token = presence.config()?.visitor?.token ?? recall(visitorKey, true) ?? "";
    // The next page's visitor is this one's, once there was a message.
    if (chat.turns().length) keep(visitorKey, token, true);
    return token;
  };
  const client = createClient(base, settings.store, visitor);
  const presence = createPresence(client.config, changed);
  const chat = createChat({
    client,
    config: async () => presence.config() ?? presence.load(),
    key,
    productId,
    emit,
    changed,
  });

  const pages = () => {
    const { contacts, delivery, returns, privacy } = presence.config()?.links ?? {};
    const all = { help: settings.helpUrl, contacts, delivery, returns, privacy: settings.privacyUrl || privacy };
    return (Object.keys(all) as (keyof typeof all)[]).flatMap((what) => {
      const url = safeUrl(all[what], location.href);
      return url ? [[what, url] as [typeof what, string]] : [];
    });
  };
  const rule: LinkRule = (address) => {
    const { sites = [], links = {} } = presence.config() ?? {};
    return ruleOf([...sites, ...Object.values(links)], location.href)(address);
  };
  const voice = () =>
    voiceOf(chooseLocale([locale, document.documentElement.lang, presence.config()?.locale, ...navigator.languages]));

  const launcher = h("button", "launcher", {
    type: "button",
    hidden: true,
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    click: () => open(),
  });
  root.append(launcher);

  const build = (): Panel => {
    const spoken = voice();
    host.lang = spoken.locale;
    return createPanel({
      chat,
      voice: spoken,
      utm: settings.utm,
      tap(product) {
        const { id, sku, name, price_from: price, currency } = product;
        emit("product_click", { id, sku, name, price, currency });
        // A page that goes on without loading (its own entry is on top then) would stay behind the panel.
        if (small.matches) setTimeout(() => isEntered() || close(), 500);
      },
      rule,
      again(turn, drop) {
        chat.stop();
        if (chat.ask(turn.question, drop, turn)) panel?.rest();
      },
      rate: chat.rate,
      explain: chat.explain,
      config: presence.config,
      problem: presence.problem,
      pages,
      notice: settings.aiNotice,
      productId,
      touch: touch.matches,
      close,
    });
  };

  const render = (): void => {
    const full = small.matches;
    root.className = `root ${settings.position} ${full ? "full" : ""} ${settings.theme === "dark" || (settings.theme === "auto" && dark.matches) ? "dark" : ""}`;
    const { t } = voice();
    const label = settings.launcher || (chat.turns().length ? t.back : t.open);
    launcher.replaceChildren(icon(ICONS.chat), h("span", full && !chat.turns().length ? "hidden" : "", {}, label));
    launcher.hidden = isOpen || settings.hideLauncher || !presence.config()?.enabled;
    launcher.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) panel?.update();
  };

  /** Whether the panel was open (1 or 0), and where its log stood, for the next page of this tab. */
  const remember = (): void => {
    const told = chat.turns().length || (settings.open && !isOpen);
    if (panel) keep(openKey, told ? +isOpen + String(top ?? 0) : null, true);
  };

  /** Takes the whole of a small screen, and of no other. */
  const fit = (): void => {
    release.forEach((end) => end());
    release = [];
    if (!isOpen || !small.matches) return;
    enter();
    release = [holdPage(), followScreen((screen.cssRules[1] as CSSStyleRule).style, () => panel?.follow())];
  };

  const open = (byItself = false): void => {
    if (isOpen) return;
    isOpen = true;
    if (!presence.config()) presence.load().catch(() => {});
    panel ??= build();
    wasFocused = document.activeElement as HTMLElement | null;
    root.append(panel.root);
    render();
    fit();
    if (top !== null) panel.scrollTo(top);
    if (byItself) return;
    (touch.matches ? panel.root : panel.input).focus({ preventScroll: true });
    emit("open", {});
  };
  const close = (): void => {
    if (!isOpen || !panel) return;
    top = panel.scrolled();
    isOpen = false;
    chat.settle();
    panel.root.remove();
    fit();
    leave();
    remember();
    render();
    const back = wasFocused && wasFocused !== document.body && wasFocused !== host ? wasFocused : launcher;
    back.focus({ preventScroll: true });
  };

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = shadow.querySelector("details[open]");
      if (menu) menu.removeAttribute("open");
      else close();
    }
    if (event.key === "Tab" && isOpen && panel) trap(event, panel.root, shadow.activeElement);
    // A page's own keys ("/" for its search) are none while a question is being typed.
    event.stopPropagation();
  });
  for (const type of ["keyup", "keypress"]) root.addEventListener(type, (event) => event.stopPropagation());

  addEventListener("popstate", () => {
    if (isOpen && small.matches && !isEntered()) close();
  });
  addEventListener("pagehide", () => {
    chat.settle();
    chat.saveHalf();
    top = panel && isOpen ? panel.scrolled() : top;
    remember();
  });
  for (const query of [small, dark]) query.addEventListener("change", changed);
  small.addEventListener("change", fit);

  const place = recall(openKey, true) ?? "";
  let top = place ? Number(place.slice(1)) : null;
  presence.load().then(
    ({ enabled }) => {
      render();
      // On a small screen the page that was tapped would be hidden behind the chat: there Back leads to it.
      const wanted = place ? place[0] === "1" && (!small.matches || isEntered()) : settings.open && !small.matches;
      if (enabled && wanted) open(true);
    },
    () => {},
  );

  return {
    open: () => open(),
    close,
    toggle: () => (isOpen ? close() : open()),
    reset: () => chat.clear(),
    setLocale(wanted) {
      locale = wanted;
      const draft = panel?.input.value ?? "";
      const top = panel?.scrolled() ?? 0;
      panel?.end();
      panel?.root.remove();
      panel = null;
      if (draft || isOpen) {
        panel = build();
        panel.input.value = draft;
      }
      if (isOpen) root.append(panel!.root);
      render();
      panel?.scrollTo(top);
    },
    on,
  };
}

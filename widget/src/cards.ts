/** Product cards. */
import type { Turn } from "./conversation";
import { h, icon, ICONS } from "./dom";
import { unbroken, type Voice } from "./languages";
import { withUtm, type LinkRule } from "./links";
import { isOfEarlierDay, orderCards } from "./ordering";
import type { Card } from "./wire";

/** What cards need to know: `tap` is told of a product whose page is opened. */
export interface CardContext {
  voice: Voice;
  rule: LinkRule;
  utm: string;
  tap(product: Card): void;
}

const SIDE = 144;

function picture(url: string | null): HTMLElement {
  const drawn = (): SVGElement => icon(ICONS.picture);
  if (!url) return h("span", "picture", {}, drawn());
  const img = h("img", "", { alt: "", width: SIDE, height: SIDE, loading: "lazy", decoding: "async", src: url });
  img.addEventListener("error", () => img.replaceWith(drawn()));
  return h("span", "picture", {}, img);
}

function card(product: Card, at: number, { voice: { t, day }, rule, utm, tap }: CardContext): HTMLElement {
  const url = rule(product.url);
  const link = url && { href: withUtm(url, utm), click: () => tap(product) };
  return h(
    link ? "a" : "div",
    "card",
    link || {},
    picture(rule(product.image)),
    h("span", "name", {}, product.name),
    h("span", "price", {}, unbroken(product.price_text)),
    isOfEarlierDay(at, Date.now()) && h("span", "as-of", {}, t.asOf + day(at)),
    h("span", product.in_stock ? "stock" : "no-stock", {}, product.in_stock ? t.inStock : t.outOfStock),
  );
}

/** Puts `turn`'s cards into `row`, those behind "more" once they are asked for (`all`). `made`: what is there already (of
 * null, "more"), which is moved where it has to be and not made anew: pictures do not flicker, and the row stays where a
 * finger has moved it. */
export function fillRow(
  row: HTMLElement,
  turn: Turn,
  all: boolean,
  made: Map<Card | null, HTMLElement>,
  context: CardContext,
  showAll: () => void,
): void {
  const { voice } = context;
  const { first, more } = orderCards(turn);
  const item = (key: Card | null, child: () => HTMLElement): HTMLElement => {
    const found = made.get(key) ?? h("li", "", {}, child());
    made.set(key, found);
    return found;
  };
  const shown = (all ? first.concat(more) : first).map((product) => item(product, () => card(product, turn.at, context)));
  if (more.length && !all) {
    const button = item(null, () => h("button", "more", { type: "button", click: showAll }, h("span", ""), icon(ICONS.more)));
    button.firstChild!.firstChild!.textContent = voice.count(voice.t.more, more.length);
    shown.push(button);
  }
  shown.forEach((one, place) => {
    if (row.children[place] !== one) row.insertBefore(one, row.children[place] ?? null);
  });
  while (row.children.length > shown.length) row.lastChild!.remove();
}

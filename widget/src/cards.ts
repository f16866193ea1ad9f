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

/** The row of `turn`'s cards in `row`, those behind "more" once they are asked for (`all`); nothing when there are none.
 * `made`: the cards there are already, which are moved and not made anew, lest their pictures flicker. */
export function cardRow(
  turn: Turn,
  all: boolean,
  row: HTMLElement,
  made: Map<Card, HTMLElement>,
  context: CardContext,
  showAll: () => void,
): HTMLElement | null {
  const { voice } = context;
  const { first, more } = orderCards(turn);
  const item = (child: HTMLElement): HTMLElement => h("li", "", {}, child);
  const shown = (all ? first.concat(more) : first).map((product) => {
    const found = made.get(product) ?? item(card(product, turn.at, context));
    made.set(product, found);
    return found;
  });
  if (more.length && !all)
    shown.push(
      item(
        h(
          "button",
          "more",
          { type: "button", click: showAll },
          voice.count(voice.t.more, more.length),
          icon(ICONS.more),
        ),
      ),
    );
  row.replaceChildren(...shown);
  return shown.length ? row : null;
}

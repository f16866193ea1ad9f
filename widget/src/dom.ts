/** Elements in one expression. */
import { asJson } from "./json";

type Value = string | number | boolean | null | undefined | ((event: never) => void);
type Child = Node | string | null | undefined | false;

/** An element of `tag`. `name`: its class, part and `data-v`. A function among `props` listens to the event of its name,
 * a boolean is an attribute that is there or not, null and undefined are none. Children that are nothing are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
  props: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) for (const one of ["class", "part", "data-v"]) element.setAttribute(one, name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(key, value as EventListener);
    else if (typeof value === "boolean") element.toggleAttribute(key, value);
    else if (value != null) element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing of 24 by 24 by the `d` of its one path; nothing to a screen reader. */
export function icon(d: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

/** A place whose content is built anew only where `key` is another than before; who had the focus there keeps it. */
export function slot(name: string): { root: HTMLElement; fill(key: unknown, build: () => Child[]): boolean } {
  const root = h("div", name);
  let last: string | undefined;
  return {
    root,
    fill(key, build) {
      const now = asJson(key);
      if (now === last) return false;
      last = now;
      const { activeElement: active } = root.getRootNode() as ShadowRoot;
      const held = root.contains(active) && (active as HTMLElement).dataset.v;
      root.replaceChildren(...build().filter((child): child is Node | string => !!child));
      if (held) (root.querySelector<HTMLElement>(`[data-v=${held}]`) ?? root.querySelector("button"))?.focus();
      return true;
    },
  };
}

export const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 20V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  menu: "M12 5v.5M12 12v.5M12 19v.5",
  up: "M7 11v9H4v-9zM7 11l4-8c2 0 3 1 2 6h7l-2 11H7",
  down: "M7 13V4H4v9zM7 13l4 8c2 0 3-1 2-6h7L18 4H7",
  picture: "M5 8h14l1 12H4zM9 10V7a3 3 0 016 0v3",
  more: "M9 6l6 6-6 6",
} as const;

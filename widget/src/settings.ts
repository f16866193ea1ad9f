/** What the shop set: attributes of the script tag, and over them `window.vitrinaSettings`. */

/** Everything that can be set; what was not, or not properly, is undefined or the default. */
export interface Settings {
  store: string;
  locale: string;
  color: string;
  theme: "auto" | "light" | "dark";
  position: "right" | "left";
  launcher: string;
  hideLauncher: boolean;
  open: boolean;
  productId: string;
  zIndex: number;
  utm: string;
  dataLayer: boolean;
  privacyUrl: string;
  aiNotice: string;
  helpUrl: string;
}

/** Where the assistant is: the script's own address without `widget.js` or `widget/<version>/widget.js`, ending in a
 * slash; "" when it is no address of the widget. */
export function baseOf(src: string): string {
  const found = /^(https?:\/\/[^?#]*\/)widget\.js(?:[?#]|$)/.exec(src);
  return found ? found[1]!.replace(/\/widget\/[^/]+\/$/, "/") : "";
}

/** The settings of `data` (a script's `dataset`) and `given` (`window.vitrinaSettings`, whatever a page put there). */
export function readSettings(data: Record<string, string | undefined>, given: unknown): Settings {
  const over: Record<string, unknown> = given && typeof given === "object" ? (given as Record<string, unknown>) : {};
  const value = (name: keyof Settings): unknown => over[name] ?? data[name];
  const text = (name: keyof Settings, otherwise = ""): string => {
    const found = value(name);
    return typeof found === "string" || typeof found === "number" ? String(found).trim() : otherwise;
  };
  // `data-open` alone means yes, as attributes of HTML do.
  const flag = (name: keyof Settings): boolean => ["", "true", "1", true].includes(value(name) as string);
  const choice = <T extends string>(name: keyof Settings, choices: readonly [T, ...T[]]): T =>
    choices.find((one) => one === value(name)) ?? choices[0];
  const color = text("color");
  const zIndex = parseInt(text("zIndex"), 10);
  return {
    store: text("store"),
    locale: text("locale"),
    color: /^#[\da-f]{6}$/i.test(color) ? color : "#1f5eff",
    theme: choice("theme", ["auto", "light", "dark"]),
    position: choice("position", ["right", "left"]),
    launcher: text("launcher"),
    hideLauncher: flag("hideLauncher"),
    open: flag("open"),
    productId: text("productId").slice(0, 64),
    zIndex: Number.isFinite(zIndex) ? zIndex : 2147483000,
    utm: text("utm", "utm_source=vitrina&utm_medium=chat"),
    dataLayer: flag("dataLayer"),
    privacyUrl: text("privacyUrl"),
    aiNotice: text("aiNotice"),
    helpUrl: text("helpUrl"),
  };
}

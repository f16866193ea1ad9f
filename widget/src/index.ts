/** The one file a shop's page loads: reads the script tag it came by, and puts the widget on the page, once. */
import { baseOf, readSettings, type Settings } from "./settings";
import { createWidget, type Vitrina } from "./widget";

declare global {
  interface Window {
    vitrina?: Vitrina;
    vitrinaSettings?: unknown;
  }
}

// Only while the script runs is there a current one; a bundle or a module has none and is found by its name.
const tags = (which: string): HTMLScriptElement[] =>
  [...document.querySelectorAll<HTMLScriptElement>("script" + which)].filter(({ src }) => baseOf(src));
const current = document.currentScript as HTMLScriptElement | null;
const script = current && baseOf(current.src) ? current : (tags("[data-store]")[0] ?? tags("[src]")[0]);

function install(): void {
  try {
    if (!script) return console.warn("vitrina: no script tag of widget.js on this page");
    if (document.querySelector("vitrina-chat")) return console.warn("vitrina: already on this page");
    const settings = (tag = script): Settings => readSettings({ ...tag.dataset }, window.vitrinaSettings);
    // Some shops change their page, tag and all, without loading another: the product is that of the last tag.
    window.vitrina = createWidget(baseOf(script.src), settings(), () => settings(tags("[data-store]").pop()).productId);
  } catch (error) {
    // Whatever it is: the shop's page goes on without a chat.
    console.warn("vitrina: not started:", error);
  }
}

if (document.body) install();
else document.addEventListener("DOMContentLoaded", install);

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
const found = ["[data-store]", "[src]"].flatMap((one) => [...document.querySelectorAll("script" + one)]);
const scripts = [document.currentScript, ...found] as (HTMLScriptElement | null)[];
const script = scripts.find((one) => one && baseOf(one.src));

function install(): void {
  try {
    if (!script) return console.warn("vitrina: no script tag of widget.js on this page");
    if (document.querySelector("vitrina-chat")) return console.warn("vitrina: already on this page");
    const settings = (): Settings => readSettings({ ...script.dataset }, window.vitrinaSettings);
    // The product is that of the page as it is by then: some shops change theirs without loading another.
    window.vitrina = createWidget(baseOf(script.src), settings(), () => settings().productId);
  } catch (error) {
    // Whatever it is: the shop's page goes on without a chat.
    console.warn("vitrina: not started:", error);
  }
}

if (document.body) install();
else document.addEventListener("DOMContentLoaded", install);

/** The one file a shop's page loads: reads the script tag it came by, and puts the widget on the page, once. */
import { baseOf, readSettings } from "./settings";
import { createWidget, type Vitrina } from "./widget";

declare global {
  interface Window {
    vitrina?: Vitrina;
    vitrinaSettings?: unknown;
  }
}

// Only while the script runs is there a current one; a bundle or a module has none and is found by its name.
const scripts = [document.currentScript, ...document.querySelectorAll("script[src]")] as (HTMLScriptElement | null)[];
const script = scripts.find((one) => one && baseOf(one.src));

function install({ src, dataset }: HTMLScriptElement): void {
  if (document.querySelector("vitrina-chat")) return console.warn("vitrina: already on this page");
  window.vitrina = createWidget(baseOf(src), readSettings({ ...dataset }, window.vitrinaSettings));
}

try {
  if (!script) console.warn("vitrina: no script tag of widget.js on this page");
  else if (document.body) install(script);
  else document.addEventListener("DOMContentLoaded", () => install(script));
} catch (error) {
  // Whatever it is: the shop's page goes on without a chat.
  console.warn("vitrina: not started:", error);
}

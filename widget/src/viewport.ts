/** The panel over the whole of a small screen: above the keyboard, with the page behind it held still, closed by Back. */

/** Where a corner is no place for a chat. */
export const SMALL = "(max-width:480px),(pointer:coarse) and (max-width:767px),(pointer:coarse) and (max-height:480px)";

const MARK = "vitrina";

/** Whether the entry of the history the page is on is the one that `enter` made. */
export function isEntered(): boolean {
  return !!(history.state as Record<string, unknown> | null)?.[MARK];
}

/** Adds an entry to the history for Back to leave; at most one. */
export function enter(): void {
  try {
    if (isEntered()) return;
    const state: unknown = history.state;
    history.pushState({ ...(typeof state === "object" ? state : {}), [MARK]: 1 }, "");
  } catch {
    // A page may forbid it (sandboxed frames do): then Back does what it did before.
  }
}

/** Takes the entry back that `enter` made. */
export function leave(): void {
  if (isEntered()) history.back();
}

/** Holds the page behind the panel where it is; gives what lets it go.
 *
 * A sheet of rules and no `style` attributes, so that the page's own stay what they are; nothing but the scrolling of
 * the root, so that no element of the page moves.
 */
export function holdPage(): () => void {
  const { scrollX: left, scrollY: top } = window;
  // Where a scrollbar takes room that room stays, lest the page grow wider by it.
  const bar = innerWidth > document.documentElement.clientWidth ? "scrollbar-gutter:stable!important;" : "";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`html{${bar}overflow:hidden!important;scroll-behavior:auto!important}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    scrollTo(left, top);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** Keeps `rule`'s `--top`, `--left`, `--width` and `--height` those of what keyboard and zoom leave of the screen; gives
 * what ends it. `moved`: called after each change. */
export function followScreen(rule: CSSStyleDeclaration, moved: () => void): () => void {
  const screen = visualViewport;
  if (!screen) return () => {};
  const follow = (): void => {
    const { offsetTop: top, offsetLeft: left, width, height } = screen;
    for (const [name, value] of Object.entries({ top, left, width, height }))
      rule.setProperty("--" + name, value + "px");
    moved();
  };
  const events = ["resize", "scroll"];
  for (const event of events) screen.addEventListener(event, follow);
  follow();
  return () => {
    for (const event of events) screen.removeEventListener(event, follow);
  };
}

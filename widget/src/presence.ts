/** Whether there is a chat at all: the shop may switch it off and on while its pages are open. */
import type { Config, Failure } from "./wire";

const EVERY_MS = 40_000;
const AGAIN_MS = 10_000;
const TICK_MS = 5_000;

/** What is known of the chat. `ask`: asks the runtime; `changed`: called after each answer. */
export function createPresence(ask: () => Promise<Config>, changed: () => void) {
  let config: Config | null = null;
  let problem: Failure | null = null;
  let asking: Promise<Config> | null = null;
  let asked = 0;
  let pause = AGAIN_MS;

  const load = (): Promise<Config> => {
    asked = Date.now();
    asking ??= ask()
      .then(
        (found) => {
          problem = null;
          pause = EVERY_MS;
          return (config = found);
        },
        (failure: Failure) => {
          // What was known holds until the runtime says otherwise.
          if (!config) problem = failure;
          pause = AGAIN_MS;
          throw failure;
        },
      )
      .finally(() => {
        asking = null;
        changed();
      });
    return asking;
  };
  const look = (): void => {
    // A store that is unknown or a page that may not ask stay so.
    const hopeless = problem?.kind === "unknown" || problem?.kind === "refused";
    if (document.visibilityState === "visible" && Date.now() - asked >= pause && !hopeless) load().catch(() => {});
  };
  setInterval(look, TICK_MS);
  document.addEventListener("visibilitychange", look);

  return {
    load,
    config: () => config,
    /** Why there is no chat to be had, or null. */
    problem: (): Failure | null => problem ?? (config && !config.enabled ? { kind: "off" } : null),
  };
}

/** What happens in the chat, told to whoever listens: the page, and its analytics where the shop wants that. */
import type { Failure } from "./wire";

/** What happens, with what listeners are told. */
export interface Events {
  open: object;
  message: { text: string };
  answer: { id: string; text: string; products: string[]; named: string[] };
  product_click: { id: string; sku: string; name: string; price: number | null; currency: string };
  feedback: { answer_id: string; rating: string; reason: string };
  error: Failure;
}

/** Tells everybody who listens. */
export type Emit = <E extends keyof Events>(event: E, detail: Events[E]) => void;

/** Listens to `event` until what it gives is called. */
export type On = <E extends keyof Events>(event: E, listener: (detail: Events[E]) => void) => () => void;

/** Events of one chat. `push`: into the page's `dataLayer` too. */
export function createEvents(push: boolean): { emit: Emit; on: On } {
  let listeners: [string, (detail: never) => void][] = [];
  const page = window as { dataLayer?: unknown[] };
  return {
    emit(event, detail) {
      // Of what shoppers write, and are written, nothing goes to a shop's analytics.
      const { text: _, ...told } = detail as { text?: string };
      const layer = (): unknown => (page.dataLayer ||= []).push({ event: "vitrina_" + event, ...told });
      for (const [name, listener] of push ? [[event, layer] as const, ...listeners] : listeners)
        try {
          if (name === event) listener(detail as never);
        } catch (error) {
          console.warn("vitrina: a listener failed:", error);
        }
    },
    on(event, listener) {
      const entry: (typeof listeners)[number] = [event, listener];
      listeners = [...listeners, entry];
      return () => {
        listeners = listeners.filter((one) => one !== entry);
      };
    },
  };
}

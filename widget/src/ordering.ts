/** Which cards stand first, and how old their prices are. Pure. */
import type { Turn } from "./conversation";
import type { Card } from "./wire";

const FIRST = 3;

/** The cards shown at once and those behind "more". Of a whole answer those that it names, in its order, come first;
 * while it is being written there is no telling, and all are shown as they were found. */
export function orderCards({ state, products, named }: Turn): { first: Card[]; more: Card[] } {
  if (state === "asking" || state === "answering") return { first: products, more: [] };
  const told = named.flatMap((id) => products.find((product) => product.id === id) ?? []);
  if (!told.length) return { first: products.slice(0, FIRST), more: products.slice(FIRST) };
  return { first: [...new Set(told)], more: products.filter((product) => !told.includes(product)) };
}

/** Whether `at` lies on an earlier day than `now` where the shopper is (both in milliseconds since the epoch). */
export function isOfEarlierDay(at: number, now: number): boolean {
  return at < now && new Date(at).toDateString() !== new Date(now).toDateString();
}

/** Which cards stand first, and how old their prices are. Pure. */
import type { Turn } from "./conversation";
import type { Card } from "./wire";

const FIRST = 3;

/** The cards shown at once and those behind "more". Those that a whole answer names, in its order, come first; then
 * those that were shown while there was no telling, so that none goes from under a finger. */
export function orderCards({ answer, named, products, state }: Turn): { first: Card[]; more: Card[] } {
  const told = named.flatMap((id) => products.find((product) => product.id === id) ?? []);
  // Of an answer that broke off, or was stopped, nobody says what it names.
  if (state === "cut" || state === "stopped") {
    const placeOf = ({ name }: Card): number => answer.indexOf(name);
    const isTold = (card: Card): boolean =>
      placeOf(card) >= 0 && !/^[\p{L}\d]/u.test(answer.slice(placeOf(card) + card.name.length));
    told.push(...products.filter(isTold).sort((one, other) => placeOf(one) - placeOf(other)));
  }
  const first = [...new Set([...told, ...products.slice(0, FIRST)])];
  return { first, more: products.filter((product) => !first.includes(product)) };
}

/** Whether `at` lies on an earlier day than `now` where the shopper is (both in milliseconds since the epoch). */
export function isOfEarlierDay(at: number, now: number): boolean {
  return at < now && new Date(at).toDateString() !== new Date(now).toDateString();
}

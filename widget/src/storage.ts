/** What the browser keeps for the shopper; where it may not or has no room, nothing is kept and nothing breaks. */

/** The text under `key`; null where there is none or it may not be read. `session`: of this tab alone. */
export function recall(key: string, session = false): string | null {
  try {
    return (session ? sessionStorage : localStorage).getItem(key);
  } catch {
    return null;
  }
}

/** Keeps `text` under `key`, or with null nothing any more; whether that worked. */
export function keep(key: string, text: string | null, session = false): boolean {
  try {
    const storage = session ? sessionStorage : localStorage;
    if (text === null) storage.removeItem(key);
    else storage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

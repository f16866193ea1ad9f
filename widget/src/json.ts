/** JSON as it should be, on pages where it is not. */

/** `value` as JSON. Prototype.js, still around on shop pages, gives arrays a `toJSON` that makes strings of them. */
export function asJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => asJson(one)).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${asJson(one)}`).join()}}`;
}

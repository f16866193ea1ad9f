/** What went wrong, told apart by what the shopper can do about it. */
import type { Failure, FailureKind } from "./wire";

const OF_STATUS: Record<number, FailureKind> = {
  401: "refused",
  403: "refused",
  404: "unknown",
  429: "busy",
  503: "down",
};
const LONGEST_WAIT = 3600;

/** The failure that `response` tells; its `Retry-After` is in seconds. */
export async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response;
  const after = parseInt(headers.get("retry-after") || "", 10);
  const body: unknown = await response.json().catch(() => null);
  const code = (body as { error?: { code?: unknown } } | null)?.error?.code;
  const kind =
    code === "switched_off" ? "off" : (OF_STATUS[status] ?? (status >= 400 && status < 500 ? "rejected" : "down"));
  return { kind, ...(after > 0 && kind !== "off" && { retryAfter: Math.min(after, LONGEST_WAIT) }) };
}

/** The failure when nobody answered. */
export function unreached(): Failure {
  return { kind: navigator.onLine === false ? "offline" : "unreachable" };
}

/** Whether asking once more can help. */
export const canRetry = ({ kind }: Failure): boolean => !["refused", "unknown", "rejected"].includes(kind);

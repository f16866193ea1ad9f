/** Which addresses a shopper may be sent to, and how. Pure but for the page's own address, which is given. */

/** `address` as it may be opened from `page`: https, or http where the page itself is; null when it may not. */
export function safeUrl(address: string | null | undefined, page: string): string | null {
  try {
    const url = new URL(address || "", page);
    const plain = url.protocol === "http:" && page.startsWith("http:");
    return address && (url.protocol === "https:" || plain) && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/** The hosts, ports included, that an answer may link to: those of `addresses` and the page's own. */
export function hostsOf(addresses: Iterable<string | null | undefined>, page: string): Set<string> {
  const hosts = new Set([new URL(page).host]);
  for (const address of addresses) {
    const url = safeUrl(address, page);
    if (url) hosts.add(new URL(url).host);
  }
  return hosts;
}

/** `address` where it is safe and of one of `hosts`, else null. */
export function allowedUrl(address: string, hosts: ReadonlySet<string>, page: string): string | null {
  const url = safeUrl(address, page);
  return url && hosts.has(new URL(url).host) ? url : null;
}

/** `url` with the members of `utm` (a query string) that it does not have yet. */
export function withUtm(url: string, utm: string): string {
  const target = new URL(url);
  new URLSearchParams(utm).forEach((value, name) => {
    if (!target.searchParams.has(name)) target.searchParams.append(name, value);
  });
  return target.href;
}

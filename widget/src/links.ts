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

/** The address that may be opened or loaded, or null where it may not. */
export type LinkRule = (address: string | null) => string | null;

/** What may be opened from `page`: what is safe, and of the host (port included) of one of `sites` or of `page`. */
export function ruleOf(sites: readonly string[], page: string): LinkRule {
  const hostOf = (address: string | null): string | null => address && new URL(address).host;
  const hosts = [page, ...sites].map((site) => hostOf(safeUrl(site, page)));
  return (address) => {
    const url = safeUrl(address, page);
    return hosts.includes(hostOf(url)) ? url : null;
  };
}

/** `url` with the members of `utm` (a query string) that it does not have yet. */
export function withUtm(url: string, utm: string): string {
  const target = new URL(url);
  new URLSearchParams(utm).forEach((value, name) => {
    if (!target.searchParams.has(name)) target.searchParams.append(name, value);
  });
  return target.href;
}

import { describe, expect, it } from "vitest";
import { ruleOf, safeUrl, withUtm } from "../src/links";

const PAGE = "https://shop.example/bags.html";

describe("an address", () => {
  it.each([
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:https://shop.example/x",
    "ftp://shop.example/",
    "mailto:a@shop.example",
    "http://shop.example/",
    "https://",
    "http:",
    "https://user@shop.example/",
    "https://shop.example:pw@evil.example/",
    "",
    null,
    undefined,
  ])("%j is not opened", (address) => {
    expect(safeUrl(address, PAGE)).toBeNull();
  });

  it("is opened over https, and over http where the page is", () => {
    expect(safeUrl("https://other.example/a b", PAGE)).toBe("https://other.example/a%20b");
    expect(safeUrl("/tote.html", PAGE)).toBe("https://shop.example/tote.html");
    expect(safeUrl("http://127.0.0.1:8/x", "http://127.0.0.1:9/")).toBe("http://127.0.0.1:8/x");
  });
});

describe("an answer", () => {
  const rule = ruleOf(
    ["https://CDN.example/x", "https://shop.example:8443/", "nonsense:", "http://plain.example/", ""],
    PAGE,
  );

  it.each(["https://shop.example/a", "https://cdn.example/b?c=d", "https://shop.example:8443/", "/tote.html"])(
    "links to %s, of the page's own host or one of the shop's",
    (address) => {
      expect(rule(address)).toBe(new URL(address, PAGE).href);
    },
  );

  it("links to nothing that is no address", () => {
    expect([rule(null), rule(""), rule("https://"), rule("nonsense:x")]).toEqual([null, null, null, null]);
  });

  it.each([
    "http://plain.example/",
    "https://evil.example/",
    "//evil.example/",
    "https://shop.example.evil.example/",
    "https://shop.example@evil.example/",
    "https://evil.example/shop.example",
    "https://shop.example:444/",
    "https://sub.shop.example/",
    "https://evil.example\\@shop.example/",
    "/\\evil.example/",
    "https://ѕhop.example/",
  ])("does not link to %s", (address) => {
    expect(rule(address)).toBeNull();
  });
});

describe("what is added to a card's link", () => {
  const UTM = "utm_source=vitrina&utm_medium=chat";

  it("stands beside what the link has", () => {
    expect(withUtm("https://shop.example/a.html?size=m#top", UTM)).toBe(
      "https://shop.example/a.html?size=m&utm_source=vitrina&utm_medium=chat#top",
    );
  });

  it("replaces nothing", () => {
    expect(withUtm("https://shop.example/?utm_source=mail", UTM)).toBe(
      "https://shop.example/?utm_source=mail&utm_medium=chat",
    );
  });

  it("can be nothing", () => {
    expect(withUtm("https://shop.example/a?b=c%20d", "")).toBe("https://shop.example/a?b=c%20d");
  });

  it("is read with a question mark too, and twice changes nothing more", () => {
    const once = withUtm("https://shop.example/", "?" + UTM);
    expect(once).toBe("https://shop.example/?utm_source=vitrina&utm_medium=chat");
    expect(withUtm(once, UTM)).toBe(once);
  });
});

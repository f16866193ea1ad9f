import { describe, expect, it } from "vitest";
import { ruleOf } from "../src/links";
import { renderMarkdown } from "../src/markdown";
import { settled } from "../src/unfinished";
import { ANSWERS } from "./answers";
import { PAYLOADS } from "./payloads";

const PAGE = "https://shop.example/bags.html";
const rule = ruleOf([], PAGE);

function html(text: string): string {
  const box = document.createElement("div");
  box.append(renderMarkdown(text, rule, "Open the page"));
  return box.innerHTML;
}
const seen = (text: string): string => {
  const box = document.createElement("div");
  box.innerHTML = html(text).replace(/<(?:\/p|\/li|\/t[dh]|br)>/g, "\n");
  return box.textContent!.trim();
};

describe("an answer", () => {
  it.each([
    ["**bold** and _em_", "<p><strong>bold</strong> and <em>em</em></p>"],
    ["a\nb", "<p>a<br>b</p>"],
    ["# Head", "<p><strong>Head</strong></p>"],
    ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
    ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
    ["`<b>`", "<p><code>&lt;b&gt;</code></p>"],
    ["> q", "<blockquote><p>q</p></blockquote>"],
    [
      "| a | b |\n|---|---|\n| 1 | 2 |",
      "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    ],
    ["AT&T &amp; co &lt;", "<p>AT&amp;T &amp; co &lt;</p>"],
    [
      "[tote](https://shop.example/tote.html)",
      '<p><a href="https://shop.example/tote.html" rel="noopener nofollow">tote</a></p>',
    ],
    [
      "https://shop.example/tote.html.",
      '<p><a href="https://shop.example/tote.html" rel="noopener nofollow">Open the page</a>.</p>',
    ],
    ["", ""],
  ])("%j is shown as %s", (text, shown) => {
    expect(html(text)).toBe(shown);
  });

  it.each([
    ["[tote](https://evil.example/)", "tote"],
    ["[tote](javascript:alert(1))", "tote"],
    ["[tote](data:text/html,x)", "tote"],
    ["[a](http://shop.example/)", "a"],
    ["https://evil.example/x", "https://evil.example/x"],
    ["<https://evil.example/>", "https://evil.example/"],
    ["a@shop.example", "a@shop.example"],
    ["![pixel](https://shop.example/p.gif)", "pixel"],
    ["[![x](https://evil.example/p.gif)](https://evil.example/)", "x"],
    ['[x](https://shop.example/"onclick=alert(1))', "x"],
  ])("%j is no way out: its text stays", (text, shown) => {
    const found = html(text);
    expect(found).not.toMatch(/href="[^"]*evil|<img|" ?onclick/);
    expect(seen(text)).toBe(shown);
  });

  it.each(PAYLOADS)("shows the HTML %j as its text", (payload) => {
    const box = document.createElement("div");
    box.append(renderMarkdown(payload, rule, "Open"));
    const allowed = new Set("P BR STRONG EM DEL UL OL LI A CODE PRE BLOCKQUOTE TABLE THEAD TBODY TR TH TD".split(" "));
    for (const element of box.querySelectorAll("*")) {
      expect(allowed).toContain(element.tagName);
      for (const { name, value } of element.attributes) {
        expect(["href", "rel", "start"]).toContain(name);
        if (name === "href") expect(new URL(value).host).toBe("shop.example");
      }
    }
  });

  it.each(ANSWERS)("%j loses no word", (answer) => {
    const words = (text: string): string[] =>
      text.replace(/!?\[([^\]]*)\]\(\S+( "[^"]*")?\)|\[(\w)\]\(<[^)]*\)/g, "$1$3").match(/[\p{L}\d]+/gu) ?? [];
    expect(
      words(seen(answer))
        .filter((word) => /\p{L}/u.test(word))
        .slice(0, 2),
    ).toEqual(
      words(answer.replace(/```js|&(amp|copy|#33);/g, "").replace("<https://shop.example/tote.html>", "Open the page"))
        .filter((word) => /\p{L}/u.test(word))
        .slice(0, 2),
    );
  });
});

describe("an answer that is still being written", () => {
  it.each([
    ["See [the pa", "See the pa"],
    ["See [the page]", "See the page"],
    ["See [the page](https://sho", "See the page"],
    ["See ![pic](htt", "See pic"],
    ["See https://shop.exam", "See"],
    ["**Osprey", "Osprey"],
    ["**Osprey*", "Osprey"],
    ["1. **Osprey** — _li", "Osprey — li"],
    ["a **", "a"],
    ["a `co", "a co"],
    ["Text\n\n- ", "Text"],
    ["Text\n\n1", "Text"],
    ["Text\n\n1.", "Text"],
    ["Text\n-", "Text"],
    ["Text\n===", "Text"],
    ["Text\n\n#", "Text"],
    ["Text\n\n| Name | Pr", "Text"],
    ["Text\n\n| Name | Price |\n|--", "Text"],
    ["Text\n\n>", "Text"],
    ["**a** b **c", "a b c"],
    ["- **one**\n- **tw", "one\ntwo".slice(0, 6)],
    ["snake_case_wo", "snake_case_wo"],
    ["2 * 3", "2 * 3"],
    ["***both", "both"],
  ])("%j is shown as %j", (text, shown) => {
    expect(seen(settled(text))).toBe(shown);
  });

  it("is as it is where nothing is open", () => {
    for (const text of ["Yes.", "**a** and `b` [c](https://shop.example/)", "- a\n- b"])
      expect(html(settled(text))).toBe(html(text));
  });

  it("never breaks, and in the end shows what it is", () => {
    for (const answer of ANSWERS)
      for (let at = 0; at <= answer.length; at++) expect(() => html(settled(answer.slice(0, at)))).not.toThrow();
  });

  it("shows a block of code as it comes", () => {
    expect(settled("```\na **b")).toBe("```\na **b");
    expect(settled("x\n```\na **b\n```\n**c")).toBe("x\n```\na **b\n```\n**c**");
  });
});

import wholePurify from "dompurify?whole";
import { Lexer as WholeLexer } from "marked?whole";
import DOMPurify from "dompurify";
import { Lexer } from "marked";
import { describe, expect, it } from "vitest";
import { trimmed } from "../trim.mjs";
import { PURIFYING } from "../src/markdown";
import { ANSWERS } from "./answers";
import { PAYLOADS } from "./payloads";

const asText = (fragment: DocumentFragment): string => {
  const box = document.createElement("div");
  box.append(fragment);
  return box.innerHTML;
};

describe("the libraries as shops get them", () => {
  it("are other than the whole ones", () => {
    expect(DOMPurify).not.toBe(wholePurify);
    expect(Lexer).not.toBe(WholeLexer);
  });

  it.each(PAYLOADS)("leave of %j what the whole sanitiser leaves", (payload) => {
    expect(asText(DOMPurify.sanitize(payload, PURIFYING))).toBe(asText(wholePurify.sanitize(payload, PURIFYING)));
  });

  it.each(ANSWERS)("read %j as the whole Markdown reader does", (answer) => {
    const options = { gfm: true, breaks: true };
    // How a table's cells lean, and what boxes are ticked, is not asked for.
    const told = (tokens: unknown): string =>
      JSON.stringify(tokens)
        .replace(/"(?:align":(?:\[[^\]]*\]|"\w+"|null)|task":false),?/g, "")
        .replace(/,\}/g, "}");
    expect(told(new Lexer({ ...options }).lex(answer))).toBe(told(new WholeLexer({ ...options }).lex(answer)));
  });

  it("are not cut where they are not as they were", () => {
    expect(() => trimmed("node_modules/marked/lib/marked.esm.js", "export{}")).toThrow("is not as trim.mjs knows it");
    expect(trimmed("src/index.ts", "1")).toBeUndefined();
  });
});

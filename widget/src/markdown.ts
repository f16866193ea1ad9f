/** An answer's Markdown as nodes: marked reads it, we write the few elements we know, DOMPurify has the last word.
 *
 * Whatever is not known here (raw HTML, pictures, links to elsewhere) becomes its text.
 */
import DOMPurify, { type Config } from "dompurify";
import { Lexer, type Token, type Tokens } from "marked";
import type { LinkRule } from "./links";

const TAGS = "p br strong em del ul ol li a code pre blockquote table thead tbody tr th td".split(" ");

const CODES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// What is an entity already stays one, as Markdown has it.
const escaped = (text: string): string => text.replace(/&(?!#?\w{1,31};)|[<>"]/g, (char) => CODES[char]!);

const wrap = (tag: string, inner: string): string => `<${tag}>${inner}</${tag}>`;

function html(tokens: readonly Token[], rule: LinkRule, page: string): string {
  const inside = (token: { tokens?: Token[] | undefined; text?: string }): string =>
    token.tokens ? html(token.tokens, rule, page) : escaped(token.text ?? "");
  const row = (cells: Tokens.TableCell[], tag: string): string =>
    wrap("tr", cells.map((cell) => wrap(tag, inside(cell))).join(""));
  return tokens
    .map((token) => {
      switch (token.type) {
        case "space":
        case "hr":
        case "def":
        case "checkbox":
          return "";
        case "br":
          return "<br>";
        case "paragraph":
          return wrap("p", inside(token as Tokens.Paragraph));
        case "heading":
          return wrap("p", wrap("strong", inside(token as Tokens.Heading)));
        case "strong":
        case "em":
        case "del":
        case "blockquote":
          return wrap(token.type, inside(token as Tokens.Strong));
        case "codespan":
          return wrap("code", escaped(token.text));
        case "code":
          return wrap("pre", wrap("code", escaped(token.text)));
        case "list": {
          const { ordered, start, items } = token as Tokens.List;
          const inner = items.map((item) => wrap("li", inside(item))).join("");
          return ordered ? `<ol start="${Number(start) || 1}">${inner}</ol>` : wrap("ul", inner);
        }
        case "table": {
          const { header, rows } = token as Tokens.Table;
          const body = rows.map((cells) => row(cells, "td")).join("");
          return wrap("table", wrap("thead", row(header, "th")) + wrap("tbody", body));
        }
        case "link": {
          const url = rule((token as Tokens.Link).href);
          // A bare address says nothing that its page does not, and is long.
          const inner = url && token.autolink ? escaped(page) : inside(token as Tokens.Link);
          return url ? `<a href="${escaped(url)}" rel="noopener nofollow">${inner}</a>` : inner;
        }
        case "text":
        case "escape":
          return inside(token as Tokens.Text);
        default:
          return escaped(token.type === "image" ? token.text : token.raw);
      }
    })
    .join("");
}

/** What is left of an answer's HTML; `trim.mjs` knows these options. */
export const PURIFYING: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", "rel", "start"],
  // Every value is held against it, without its spaces: `rel` and `start` too.
  ALLOWED_URI_REGEXP: /^(?:https?:|noopenernofollow$|\d+$)/,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** `text` as nodes to put into the page; links where `rule` lets them be, bare addresses as `page` (plain text). Its plain
 * words where the page lets nobody write HTML and does not name DOMPurify among those that may (Trusted Types). */
export function renderMarkdown(text: string, rule: LinkRule, page: string): DocumentFragment {
  try {
    const tokens = new Lexer({ gfm: true, breaks: true }).lex(text);
    const clean = DOMPurify.sanitize(html(tokens, rule, page), PURIFYING) as DocumentFragment | null;
    if (clean?.firstChild) return clean;
  } catch {
    // Words are better than nothing.
  }
  const words = document.createDocumentFragment();
  words.append(text);
  return words;
}

/** What a screen reader is told of a text that is still being written: whole sentences, once each. Pure. */

/** `markdown` as it is read aloud: without its marks, links by their text. */
export function spoken(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)?/g, "$1")
    .replace(/https?:\/\/\S+/g, "")
    .replace(/^[ \t]*(?:[-*+>]|#+|\d+[.)])[ \t]+/gm, "")
    .replace(/[*_`|~]+/g, "");
}

// A sentence ends at a mark followed by space, or with its line. «т. е.», "No. 5" and "5 000 руб. за" are no ends: what
// follows an end begins with a capital, a digit of a list or a quote.
const END = /[.!?…]+["»”)]*(?=\s+["«“(]?[\p{Lu}\d])|\n+/gu;

/** The whole sentences of `text` from `from` on, and how far they reach. At its end (`over`) the rest is one too. */
export function sentences(text: string, from: number, over: boolean): { said: string[]; to: number } {
  const said: string[] = [];
  let to = from;
  const take = (end: number): void => {
    const sentence = text.slice(to, end).trim();
    if (sentence) said.push(sentence);
    to = end;
  };
  END.lastIndex = from;
  for (let found = END.exec(text); found; found = END.exec(text)) take(found.index + found[0].length);
  if (over) take(text.length);
  return { said, to };
}

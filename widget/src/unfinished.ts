/** Markdown that is still being written, as it will most likely go on: no half-written marks. Pure. */

const CUTS: [RegExp, string][] = [
  // A link's address, then its text, then what opens it; a picture's likewise.
  [/!?\[([^[\]\n]*)\]\([^()\n]*$/, "$1"],
  [/!?\[([^[\]\n]*)\]?$/, "$1"],
  // A bare address, until it ends.
  [/(?<!\()https?:\/\/\S*$/, ""],
  // A table's head before there is a table, and a row that is not whole yet.
  [/(^|\n)[ \t]*\|[^\n]*(\n[ \t|:-]*)?$/, "$1"],
  // What may become a list, a heading, a rule.
  [/(^|\n)[ \t]*([-*+>#=_]+|\d{1,3}[.)]?)[ \t]*$/, "$1"],
];

/** `text` so that what is only half there is not seen as signs. */
export function settled(text: string): string {
  // In a block of code signs are signs.
  if (text.split("\n```").length % 2 === (text.startsWith("```") ? 1 : 0)) return text;
  let found = CUTS.reduce((left, [what, instead]) => left.replace(what, instead), text).replace(/[*_`~]+$/, "");
  const block = found
    .split(/\n\n|\n```/)
    .pop()!
    .replace(/^[ \t]*[*-][ \t]/gm, "");
  const open: string[] = [];
  // Marks that open in the last block and do not close are closed, the innermost first.
  for (const { 0: mark, index } of block.matchAll(/`|\*\*|~~|(?<![\p{L}\d])_|_(?![\p{L}\d])|\*/gu)) {
    if (open[open.length - 1] === "`" && mark !== "`") continue;
    const at = open.lastIndexOf(mark);
    if (at >= 0) open.length = at;
    else if (/\S/.test(block[index + mark.length] ?? "")) open.push(mark);
  }
  for (const mark of open.reverse()) found = found.replace(/\s*$/, mark);
  return found;
}

import { describe, expect, it } from "vitest";
import { answerReader, cardOf } from "../src/stream";
import type { AnswerEvent } from "../src/wire";
import { failed, finish, product, start, stream, text } from "./wire";

function read(...pieces: Uint8Array[]): AnswerEvent[] {
  const reader = answerReader();
  return [...pieces.flatMap((piece) => reader.feed(piece)), ...reader.end()];
}

const said = (events: AnswerEvent[]): string =>
  events.map((event) => (event.type === "text" ? event.text : "")).join("");
const last = (events: AnswerEvent[]): AnswerEvent | undefined => events[events.length - 1];

describe("a stream", () => {
  const whole = stream([
    start([product("1"), product("2")], {
      understood: [{ id: "price", kind: "price", field: "price_from", value: { max: 5 }, text: "до 5 000 ₽" }],
    }),
    ": ping\n\n",
    text("Рюк"),
    text("зак 🎒 — 4 990 ₽"),
    finish(["2"], { follow_ups: ["a", "b", "c", "d"] }),
  ]);
  const events = read(whole);

  it("is read in order", () => {
    expect(events.map(({ type }) => type)).toEqual(["start", "text", "text", "finish"]);
    expect(events[0]).toMatchObject({
      id: "chatcmpl-1",
      degraded: null,
      understood: [{ id: "price", text: "до 5 000 ₽" }],
      products: [product("1"), product("2")],
    });
    expect(said(events)).toBe("Рюкзак 🎒 — 4 990 ₽");
    expect(last(events)).toEqual({ type: "finish", named: ["2"], followUps: ["a", "b", "c"] });
  });

  it("that a bound has ended does not look whole", () => {
    const cut = finish() as { choices: { finish_reason: string }[] };
    cut.choices[0]!.finish_reason = "length";
    expect(said(read(stream([start(), text("It is wat"), cut])))).toBe("It is wat …");
  });

  it("says the same wherever its bytes are split", () => {
    for (let at = 1; at < whole.length; at++) expect(read(whole.slice(0, at), whole.slice(at))).toEqual(events);
  });

  it("says the same byte by byte", () => {
    expect(read(...Array.from(whole, (_, at) => whole.slice(at, at + 1)))).toEqual(events);
  });

  it("may end its lines as the web ever did", () => {
    const crlf = new TextEncoder().encode(new TextDecoder().decode(whole).replace(/\n/g, "\r\n"));
    expect(read(crlf)).toEqual(events);
    for (let at = 1; at < crlf.length; at += 7) expect(read(crlf.slice(0, at), crlf.slice(at))).toEqual(events);
  });

  it("that is cut anywhere before its finish says so, and says nothing else untrue", () => {
    const before = whole.length - stream([finish(["2"], { follow_ups: ["a", "b", "c", "d"] })]).length;
    for (let at = 0; at < before; at += 5) {
      const cut = read(whole.slice(0, at));
      expect(last(cut)).toEqual({ type: "failure", failure: { kind: "cut" } });
      expect(cut.filter(({ type }) => type === "failure")).toHaveLength(1);
      expect("Рюкзак 🎒 — 4 990 ₽").toContain(said(cut).replace(/\ufffd/g, ""));
    }
  });

  it("whose finish came is whole, be its end cut", () => {
    expect(last(read(stream([start(), text("a"), finish()], false)))).toMatchObject({ type: "finish" });
  });

  it("that ends without a finish was cut", () => {
    expect(last(read(stream([start(), text("a")])))).toEqual({ type: "failure", failure: { kind: "cut" } });
  });

  it("that ends in an error says it once, and nothing after it is read", () => {
    const broken = read(stream([start(), text("half"), failed, text("more"), finish()]));
    expect(broken.map(({ type }) => type)).toEqual(["start", "text", "failure"]);
  });

  it("after its finish says nothing more", () => {
    expect(read(stream([start(), text("a"), finish(), text("b"), failed])).map(({ type }) => type)).toEqual([
      "start",
      "text",
      "finish",
    ]);
  });

  it.each(["data: {\n\n", "data: null\n\n", "data: 5\n\n", 'data: {"choices": 1}\n\n', "data: <html>\n\n"])(
    "that holds %j is not read on",
    (line) => {
      expect(read(stream([start(), line, text("a"), finish()])).map(({ type }) => type)).toEqual(["start", "failure"]);
      expect(last(read(stream([line])))).toEqual({ type: "failure", failure: { kind: "invalid" } });
    },
  );

  it("of no events at all was cut", () => {
    expect(read()).toEqual([{ type: "failure", failure: { kind: "cut" } }]);
    expect(read(new TextEncoder().encode("<!doctype html><title>502</title>"))).toEqual([
      { type: "failure", failure: { kind: "cut" } },
    ]);
  });

  it("takes from odd members what is sound", () => {
    const odd = start(
      [product("1"), null as unknown as object, { id: 5, name: "x" }, { id: "6" }, { id: "7", name: "Seven" }],
      { understood: [null, { id: "a" }, { id: "b", text: "B" }], degraded: 5 },
    );
    expect(read(stream([odd, finish([1, "1"] as string[], { follow_ups: "x" })]))).toEqual([
      {
        type: "start",
        id: "chatcmpl-1",
        degraded: null,
        understood: [{ id: "b", text: "B" }],
        products: [
          product("1"),
          {
            id: "7",
            name: "Seven",
            sku: "",
            price_text: "",
            price_from: null,
            currency: "",
            in_stock: false,
            url: null,
            image: null,
          },
        ],
      },
      { type: "finish", named: ["1"], followUps: [] },
    ]);
  });
});

describe("a card", () => {
  it("keeps nothing that it does not show", () => {
    expect(cardOf({ ...product("3"), attributes: { a: 1 }, short_text: "long" })).toEqual([product("3")]);
  });
});

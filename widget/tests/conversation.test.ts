import { describe, expect, it } from "vitest";
import { messagesOf, newTurn, restored, written, type Turn } from "../src/conversation";
import { isOfEarlierDay, orderCards } from "../src/ordering";
import { product } from "./wire";

const turn = (question: string, more: Partial<Turn> = {}): Turn => ({
  ...newTurn(question, 1000),
  answer: "A " + question,
  state: "whole",
  id: "chatcmpl-" + question,
  ...more,
});

const vitrina = { drop: [] };

describe("what is sent", () => {
  it("is the conversation up to the question", () => {
    const turns = [turn("a"), turn("b"), turn("c", { state: "asking", answer: "" })];
    expect(messagesOf(turns, 2)).toEqual([
      { role: "user", content: "a", vitrina },
      { role: "assistant", content: "A a" },
      { role: "user", content: "b", vitrina },
      { role: "assistant", content: "A b" },
      { role: "user", content: "c", vitrina },
    ]);
    expect(messagesOf(turns, 1)).toHaveLength(3);
  });

  it("holds no answer that broke off, and says of a stopped one that it goes on", () => {
    const turns = [
      turn("a", { state: "cut" }),
      turn("b", { state: "stopped" }),
      turn("c", { answer: "", state: "stopped" }),
      turn("d"),
    ];
    expect(messagesOf(turns, 3)).toEqual([
      { role: "user", content: "a", vitrina },
      { role: "user", content: "b", vitrina },
      { role: "assistant", content: "A b …" },
      { role: "user", content: "c", vitrina },
      { role: "user", content: "d", vitrina },
    ]);
  });

  it("never holds the former answer to the question that is asked again", () => {
    expect(messagesOf([turn("a")], 0)).toEqual([{ role: "user", content: "a", vitrina }]);
  });

  it("is at most twenty turns", () => {
    const turns = Array.from({ length: 50 }, (_, at) => turn(String(at)));
    const sent = messagesOf(turns, 49);
    expect(sent.filter(({ role }) => role === "user")).toHaveLength(20);
    expect(sent[0]).toEqual({ role: "user", content: "30", vitrina });
  });
});

describe("what is kept", () => {
  it("comes back as it was", () => {
    const turns = [
      turn("a", {
        products: [product("1")],
        named: ["1"],
        understood: [{ id: "price", text: "$5" }],
        drop: ["sort"],
        rating: "up",
      }),
    ];
    expect(restored(written(turns))).toEqual(turns);
  });

  it("is the last thirty messages", () => {
    const turns = Array.from({ length: 40 }, (_, at) => turn(String(at)));
    const kept = restored(written(turns));
    expect(kept).toHaveLength(15);
    expect(kept[14]!.question).toBe("39");
  });

  it("of an answer that was still coming is one that broke off", () => {
    const kept = restored(written([turn("a", { state: "answering", answer: "half" })]));
    expect(kept[0]).toMatchObject({ state: "cut", answer: "half", failure: { kind: "cut" } });
    expect(messagesOf([...kept, turn("b")], 1).filter(({ role }) => role === "assistant")).toEqual([]);
  });

  it.each([
    null,
    "",
    "{",
    "null",
    "5",
    "[]",
    '{"v":1}',
    '{"v":2,"turns":[]}',
    '{"v":1,"turns":[null,5,{},{"question":"a"}]}',
    '{"v":1,"turns":{"length":3}}',
  ])("is nothing where %j stands", (stored) => {
    expect(restored(stored)).toEqual([]);
  });

  it("is mended where something is missing", () => {
    const stored = JSON.stringify({
      v: 1,
      turns: [{ question: "a", answer: "b", at: 5, state: "whole", products: [{ id: 5 }, product("1")], named: "x" }],
    });
    expect(restored(stored)).toEqual([{ ...newTurn("a", 5), answer: "b", state: "whole", products: [product("1")] }]);
  });
});

describe("cards", () => {
  const products = ["1", "2", "3", "4", "5"].map((id) => product(id));
  const ids = ({ first, more }: ReturnType<typeof orderCards>): string[][] => [
    first.map(({ id }) => id),
    more.map(({ id }) => id),
  ];

  it("that the answer names come first, in its order and once each, before those that stood there all the while", () => {
    expect(ids(orderCards(turn("a", { products, named: ["4", "2", "4", "9"] })))).toEqual([
      ["4", "2", "1", "3"],
      ["5"],
    ]);
  });

  it("that an answer named before it broke off come first", () => {
    const longer = [...products, product("50"), product("4x", { name: "Product 4 XL" })];
    const answer = "Take the Product 50, or the Product 4";
    for (const state of ["cut", "stopped"] as const)
      expect(ids(orderCards(turn("a", { products: longer, answer, state })))).toEqual([
        ["50", "4", "1", "2", "3"],
        ["5", "4x"],
      ]);
  });

  it("of an answer that names none, or is being written, are three, and the others behind more", () => {
    for (const state of ["answering", "stopped", "whole"] as const)
      expect(ids(orderCards(turn("a", { products, state })))).toEqual([
        ["1", "2", "3"],
        ["4", "5"],
      ]);
    expect(ids(orderCards(turn("a")))).toEqual([[], []]);
  });

  it("of an earlier day are told from those of today", () => {
    const noon = new Date(2026, 10, 22, 12).getTime();
    expect(isOfEarlierDay(noon, noon + 3_600_000)).toBe(false);
    expect(isOfEarlierDay(new Date(2026, 10, 21, 23, 59).getTime(), new Date(2026, 10, 22, 0, 1).getTime())).toBe(true);
    expect(isOfEarlierDay(new Date(2025, 10, 22, 12).getTime(), noon)).toBe(true);
    // A clock that was put back makes nothing old.
    expect(isOfEarlierDay(noon + 86_400_000, noon)).toBe(false);
  });
});

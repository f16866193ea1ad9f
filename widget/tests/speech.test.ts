import { describe, expect, it } from "vitest";
import { sentences, spoken } from "../src/speech";

const all = (text: string): string[] => sentences(text, 0, true).said;

describe("what is read aloud", () => {
  it("are whole sentences", () => {
    expect(all("Yes. It is in stock! Which size? I like the red one")).toEqual([
      "Yes.",
      "It is in stock!",
      "Which size?",
      "I like the red one",
    ]);
    expect(all("Есть два рюкзака. Первый легче… «Нортфолд» дешевле.")).toEqual([
      "Есть два рюкзака.",
      "Первый легче…",
      "«Нортфолд» дешевле.",
    ]);
  });

  it("are not cut within prices and abbreviations", () => {
    expect(all("It costs $1,299.50 today. Good")).toEqual(["It costs $1,299.50 today.", "Good"]);
    expect(all("Объём 20 л, т. е. на день, за 4 990 руб. со скидкой.")).toEqual([
      "Объём 20 л, т. е. на день, за 4 990 руб. со скидкой.",
    ]);
  });

  it("end with their line", () => {
    expect(all("Two fit:\n\nOsprey — $65\nDeuter — $140")).toEqual(["Two fit:", "Osprey — $65", "Deuter — $140"]);
  });

  it("come once each, and only when they are whole", () => {
    const text = "First one. Second one. Third";
    let to = 0;
    const heard: string[] = [];
    for (let at = 0; at <= text.length; at++) {
      const next = sentences(text.slice(0, at), to, at === text.length);
      to = next.to;
      heard.push(...next.said);
    }
    expect(heard).toEqual(["First one.", "Second one.", "Third"]);
  });

  it("hold no marks and no addresses", () => {
    expect(
      spoken("## Head\n1. **[Osprey](https://shop.example/p.html)** — `$65`, see https://shop.example/x\n- _soft_"),
    ).toBe("Head\nOsprey — $65, see \nsoft");
  });
});

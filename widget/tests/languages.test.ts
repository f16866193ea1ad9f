import { describe, expect, it } from "vitest";
import { chooseLocale, voiceOf } from "../src/languages";
import { TEXTS } from "../src/texts";

describe("the language", () => {
  it.each([
    [["ru", "en"], "ru"],
    [["", "ru-RU", "en"], "ru-RU"],
    [["ru_RU"], "ru-RU"],
    [["de", "fr-FR", "ru"], "ru"],
    [["de"], "en"],
    [[], "en"],
    [[null, undefined, "EN-gb"], "EN-gb"],
    [["rus", "russian", "en!", "e", "ru-"], "en"],
    [["english", "ru"], "ru"],
    [["en-US-u-ca-buddhist"], "en-US-u-ca-buddhist"],
  ])("of %j is %s", (wanted, locale) => {
    expect(chooseLocale(wanted)).toBe(locale);
  });

  it.each([
    [1, "Найден 1 товар."],
    [2, "Найдено 2 товара."],
    [5, "Найдено 5 товаров."],
    [21, "Найден 21 товар."],
    [111, "Найдено 111 товаров."],
  ])("counts %i in Russian", (count, text) => {
    const voice = voiceOf("ru");
    expect(voice.count(voice.t.found, count)).toBe(text);
  });

  it("counts in English", () => {
    const voice = voiceOf("en-US");
    expect(voice.count(voice.t.found, 1)).toBe("Found 1 product.");
    expect(voice.count(voice.t.found, 2)).toBe("Found 2 products.");
    expect(voice.count(voice.t.more, 1200)).toBe("1,200 more");
  });

  it("writes days as its speakers do", () => {
    const day = new Date(2026, 10, 21, 12).getTime();
    expect(voiceOf("ru").day(day)).toBe("21 ноября");
    expect(voiceOf("en-US").day(day)).toBe("November 21");
    expect(voiceOf("en-GB").day(day)).toBe("21 November");
  });
});

describe("texts", () => {
  const paths = (value: unknown, path = ""): string[] =>
    typeof value === "string"
      ? [path]
      : Object.entries(value as object).flatMap(([key, inner]) => paths(inner, `${path}.${key}`));
  // Languages have plural forms of their own.
  const plain = (language: object): string[] =>
    paths(language)
      .filter((path) => !/\.(one|two|few|many|other|zero)$/.test(path) || path.startsWith(".reasons"))
      .sort();

  it("are there in every language", () => {
    for (const texts of Object.values(TEXTS)) expect(plain(texts)).toEqual(plain(TEXTS.en));
  });

  it("are written in their own letters", () => {
    const all = JSON.stringify(Object.values(TEXTS.ru));
    expect(all.replace(/"[a-z_A-Z]+":/g, "")).not.toMatch(/[a-z]{2}/i);
    expect(JSON.stringify(TEXTS.en)).not.toMatch(/[а-яё]/i);
  });

  it("have a form for every number", () => {
    for (const [locale, texts] of Object.entries(TEXTS))
      for (const forms of [texts.found, texts.more, texts.wait])
        for (let count = 0; count < 130; count++) expect(voiceOf(locale).count(forms, count)).toContain(String(count));
  });
});

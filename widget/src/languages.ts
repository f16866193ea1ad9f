/** Which language the widget speaks, and how it writes numbers of things and days. Pure. */
import { TEXTS, type Texts } from "./texts";

/** The languages there are texts for. */
export type Language = keyof typeof TEXTS;

/** The first of `wanted` (BCP 47 tags, "" for none; ru_RU as Magento writes it will do) that is spoken, else English. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): string {
  const tags = wanted.filter(Boolean).map((tag) => tag!.replace(/_/g, "-"));
  return tags.find((tag) => languageOf(tag) && isTag(tag)) ?? "en";
}

const languageOf = (tag: string): Language | undefined => {
  const language = tag.slice(0, 2).toLowerCase();
  return /^[a-z]{2}(-|$)/i.test(tag) && language in TEXTS ? (language as Language) : undefined;
};

function isTag(tag: string): boolean {
  try {
    return !!Intl.getCanonicalLocales(tag);
  } catch {
    return false;
  }
}

/** `text` so that no line ends within a price, or between it and its currency. */
export const unbroken = (text: string): string => text.replace(/(\d) (?=\d{3}(?!\d)|\p{Sc}|руб)/gu, "$1\u00a0");

/** What the widget says, in the language of `locale`. */
export interface Voice {
  locale: string;
  t: Texts;
  /** `forms` in the one that goes with `count`, which stands for its `#`. */
  count(forms: Partial<Record<Intl.LDMLPluralRule, string>>, count: number): string;
  /** A day: 21 November. */
  day(at: number): string;
}

/** The voice of `locale`, which `chooseLocale` gave. */
export function voiceOf(locale: string): Voice {
  // What a browser knows of a language takes it tens of milliseconds to load: not before it is needed.
  return {
    locale,
    t: TEXTS[languageOf(locale) ?? "en"],
    count: (forms, count) =>
      (forms[new Intl.PluralRules(locale).select(count)] ?? forms.other ?? "").replace("#", count.toLocaleString(locale)),
    day: (at) => new Date(at).toLocaleDateString(locale, { day: "numeric", month: "long" }),
  };
}

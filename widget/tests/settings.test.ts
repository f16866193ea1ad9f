import { describe, expect, it } from "vitest";
import { baseOf, readSettings } from "../src/settings";

describe("the assistant's address", () => {
  it.each([
    ["https://assistant.example/widget.js", "https://assistant.example/"],
    ["https://shop.example/assistant/widget.js?v=2#x", "https://shop.example/assistant/"],
    ["https://assistant.example/widget/0.1.0-0123456789ab/widget.js", "https://assistant.example/"],
    ["https://shop.example/a/b/widget/0.1.0-0123456789ab/widget.js", "https://shop.example/a/b/"],
    ["http://127.0.0.1:8000/widget.js", "http://127.0.0.1:8000/"],
    ["https://shop.example/other.js", ""],
    ["https://shop.example/x.js?u=/widget.js", ""],
    ["https://shop.example/mywidget.js", ""],
    ["data:text/javascript,/widget.js", ""],
    ["", ""],
  ])("of %s is %s", (src, base) => {
    expect(baseOf(src)).toBe(base);
  });
});

describe("settings", () => {
  it("have defaults", () => {
    expect(readSettings({}, undefined)).toEqual({
      store: "",
      locale: "",
      color: "#1f5eff",
      theme: "auto",
      position: "right",
      launcher: "",
      hideLauncher: false,
      open: false,
      productId: "",
      zIndex: 2147483000,
      utm: "utm_source=vitrina&utm_medium=chat",
      dataLayer: false,
      privacyUrl: "",
      aiNotice: "",
      helpUrl: "",
    });
  });

  it("are read off the script tag", () => {
    const tag = document.createElement("script");
    tag.setAttribute("data-store", "en");
    tag.setAttribute("data-hide-launcher", "");
    tag.setAttribute("data-open", "false");
    tag.setAttribute("data-z-index", "50");
    tag.setAttribute("data-product-id", "42");
    tag.setAttribute("data-theme", "dark");
    tag.setAttribute("data-position", "left");
    tag.setAttribute("data-data-layer", "true");
    expect(readSettings({ ...tag.dataset }, null)).toMatchObject({
      store: "en",
      hideLauncher: true,
      open: false,
      zIndex: 50,
      productId: "42",
      theme: "dark",
      position: "left",
      dataLayer: true,
    });
  });

  it("of the page stand over those of the tag", () => {
    expect(readSettings({ store: "en", open: "" }, { store: "ru", open: false, productId: 7 })).toMatchObject({
      store: "ru",
      open: false,
      productId: "7",
    });
  });

  it("that make no sense are as if they were not there", () => {
    const odd = {
      color: "red",
      theme: "pink",
      position: "up",
      zIndex: "high",
      launcher: {},
      store: null,
      open: "maybe",
    };
    expect(readSettings({}, odd)).toEqual(readSettings({}, undefined));
    expect(readSettings({ color: "#12345" }, "text")).toEqual(readSettings({}, undefined));
  });

  it("may say that card links get nothing added", () => {
    expect(readSettings({ utm: "" }, undefined).utm).toBe("");
    expect(readSettings({}, { utm: "a=b" }).utm).toBe("a=b");
  });
});

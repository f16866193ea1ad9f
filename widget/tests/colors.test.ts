import { describe, expect, it } from "vitest";
import { contrast, onColor, readable } from "../src/colors";

describe("the shop's colour", () => {
  const all = ["00", "33", "66", "99", "cc", "ff"];
  const colors = all.flatMap((red) => all.flatMap((green) => all.map((blue) => `#${red}${green}${blue}`)));

  it("is measured as WCAG does", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrast("#1f5eff", "#1f5eff")).toBe(1);
  });

  it("has text on it that can be read", () => {
    for (const color of colors) expect(contrast(onColor(color), color)).toBeGreaterThanOrEqual(4.5);
    expect(onColor("#1f5eff")).toBe("#ffffff");
    expect(onColor("#ffd400")).toBe("#000000");
  });

  it("can be read as text on light and on dark", () => {
    for (const color of colors)
      for (const surface of ["#ffffff", "#1b1c1f"])
        expect(contrast(readable(color, surface), surface)).toBeGreaterThanOrEqual(4.5);
  });

  it("stays as it is where it can be read", () => {
    expect(readable("#1f5eff", "#ffffff")).toBe("#1f5eff");
  });
});

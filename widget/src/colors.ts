/** The shop's colour, and what can be read on it. Pure. `#rrggbb` everywhere. */

const channels = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

// Relative luminance and contrast as WCAG 2.2 defines them.
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well `one` is read on `other`: 1 to 21; text wants 4.5. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White or black, whichever is the better read on `color`; white where it does. */
export const onColor = (color: string): string => (contrast("#ffffff", color) >= 4.5 ? "#ffffff" : "#000000");

/** `color`, moved towards black or white until it can be read on `surface`. */
export function readable(color: string, surface: string): string {
  const target = luminance(surface) > 0.18 ? 0 : 255;
  let found = color;
  for (let step = 1; contrast(found, surface) < 4.5 && step <= 10; step++)
    found =
      "#" +
      channels(color)
        .map((one) =>
          Math.round(one + ((target - one) * step) / 10)
            .toString(16)
            .padStart(2, "0"),
        )
        .join("");
  return found;
}

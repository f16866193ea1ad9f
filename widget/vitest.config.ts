import { defineConfig } from "vitest/config";
import { trimmed } from "./trim.mjs";

// Tests see the libraries as shops get them; those that hold them against the whole ones ask for `?whole`.
export default defineConfig({
  plugins: [
    {
      name: "libraries",
      enforce: "pre",
      transform: (code, id) => (id.includes("?") ? undefined : trimmed(id, code)),
    },
  ],
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://shop.example/bags.html" } },
    // One window for all files: what it is made of takes longer than the tests.
    isolate: false,
    include: ["tests/**/*.test.ts"],
    server: { deps: { inline: ["dompurify", "marked", "eventsource-parser"] } },
  },
});

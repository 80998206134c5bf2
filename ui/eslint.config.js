import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

/** Features do not import each other, shared imports no feature, and only the host knows Tauri. */
const boundaries = (patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const tauri = { group: ["@tauri-apps/*"], message: "Only ui/src/host knows Tauri." };
const features = [
  "session",
  "queue",
  "question",
  "offer-dialog",
  "request-centre",
  "notice",
  "settings",
  "support",
  "shortcut",
  "search",
  "insights",
  "outbox",
  "update",
];

export default ts.config(
  { ignores: ["**/dist/", "**/src/bindings/"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs["flat/recommended"],
  { files: ["**/ui/src/**"], languageOptions: { globals: globals.browser } },
  {
    files: ["**/e2e/**", "**/*.config.*"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // Only fields whose name ends in _html, which Rust made safe, are put into pages; a test keeps that.
      "svelte/no-at-html-tags": "off",
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  { files: ["**/ui/src/**"], ignores: ["**/src/host/**"], rules: boundaries([tauri]) },
  {
    files: ["**/src/shared/**"],
    rules: boundaries([tauri, { group: ["**/features/**"], message: "Shared code imports no feature." }]),
  },
  ...features.map((feature) => ({
    files: [`**/src/features/${feature}/**`],
    rules: boundaries([
      tauri,
      {
        group: features.filter((other) => other !== feature).map((other) => `**/${other}/*`),
        message: "Features do not import each other; a view composes them.",
      },
    ]),
  })),
);

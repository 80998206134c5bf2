import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig(({ command }) => ({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // A used web view profile can be served pages without styles by the dev server, so there they stay in the script.
  plugins: [
    svelte({
      emitCss: command === "build",
      configFile: fileURLToPath(new URL("svelte.config.js", import.meta.url)),
    }),
  ],
  resolve: process.env["VITEST"] ? { conditions: ["browser"] } : {},
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  build: { target: "safari16", outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0 },
  test: { environment: "jsdom", include: ["src/**/*.test.ts"] },
}));

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["{src,scripts}/**/*.test.ts", "test/renderer/**/*.test.ts"] } },
      { extends: true, test: { name: "kernel", include: ["test/kernel/**/*.test.ts"] } },
    ],
    // Worker threads and shipped files are found beside the built bundles.
    env: { GRAFT_DIST: new URL("dist", import.meta.url).pathname },
    testTimeout: 60_000,
    pool: "forks",
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/renderer/**/*.test.ts"],
    // Worker threads and shipped files are found beside the built bundles.
    env: { GRAFT_DIST: new URL("dist", import.meta.url).pathname },
    testTimeout: 60_000,
    pool: "forks",
  },
});

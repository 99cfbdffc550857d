import { defineConfig } from "vitest/config";

/** Tests that spawn the built kernel. They share two processor cores with it, so files run one after the other. */
export default defineConfig({
  test: {
    include: ["test/kernel/**/*.test.ts"],
    env: { GRAFT_DIST: new URL("dist", import.meta.url).pathname },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    fileParallelism: false,
  },
});

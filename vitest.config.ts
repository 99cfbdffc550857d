import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Not isolated: a third of the time went into loading the same modules for each file.
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{src,scripts}/**/*.test.ts", "test/renderer/**/*.test.ts"],
          exclude: ["src/extension/**"],
          isolate: false,
        },
      },
      // Each file here stands in for VS Code in its own way.
      { extends: true, test: { name: "extension", include: ["src/extension/**/*.test.ts"] } },
      { extends: true, test: { name: "kernel", include: ["test/kernel/**/*.test.ts"], isolate: false } },
    ],
    // Worker threads and shipped files are found beside the built bundles.
    env: { GRAFT_DIST: new URL("dist", import.meta.url).pathname },
    testTimeout: 60_000,
    pool: "forks",
  },
});

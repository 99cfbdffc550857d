import { join } from "node:path";
import { expect, test } from "vitest";
import { storeSettings } from "./storeSettings";

test("features lie in the cache folder, as float32, unless the person says otherwise", () => {
  expect(storeSettings({ GRAFT_CACHE: "/cache" })).toEqual({ folder: join("/cache", "features") });
  const environment = { GRAFT_FEATURES: "/fast/disk", GRAFT_FEATURES_GIB: "0.5", GRAFT_FEATURES_DTYPE: "float16" };
  expect(storeSettings(environment)).toEqual({ folder: "/fast/disk", limitBytes: 2 ** 29, dtype: "float16" });
  const empty = { GRAFT_CACHE: "/cache", GRAFT_FEATURES: "", GRAFT_FEATURES_GIB: "", GRAFT_FEATURES_DTYPE: "" };
  expect(storeSettings(empty)).toEqual({ folder: join("/cache", "features") });
});

test.each([
  ["GRAFT_FEATURES_GIB", "much", "a positive number of GiB in the environment variable GRAFT_FEATURES_GIB"],
  ["GRAFT_FEATURES_GIB", "0", "a positive number of GiB in the environment variable GRAFT_FEATURES_GIB"],
  ["GRAFT_FEATURES_DTYPE", "half", "float32 or float16 in the environment variable GRAFT_FEATURES_DTYPE"],
])("%s=%s is refused", (variable, value, expected) => {
  expect(() => storeSettings({ [variable]: value })).toThrow(
    expect.objectContaining({ code: "train/cache-option", expected, found: `"${value}"` }) as Error,
  );
});

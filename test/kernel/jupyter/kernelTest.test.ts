/** Jupyter's own kernel test, with every optional sample filled in (`graft_kernel_test.py`). */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jupyterHome, setUpTimeoutMs, type JupyterHome } from "./pythonPeers";

const names = [
  "test_clear_output",
  "test_completion",
  "test_display_data",
  "test_error",
  "test_execute_result",
  "test_execute_stderr",
  "test_execute_stdout",
  "test_history",
  "test_inspect",
  "test_is_complete",
  "test_kernel_info",
  "test_pager",
];

let home: JupyterHome;
let outcomes: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  home = await jupyterHome();
  const { stdout, stderr } = await home.run([join(import.meta.dirname, "graft_kernel_test.py")]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) {
    throw new Error(`jupyter_kernel_test left no result:\n${stdout}\n${stderr}`);
  }
  outcomes = JSON.parse(line) as Record<string, string>;
}, setUpTimeoutMs);
afterAll(() => home.dispose());

it.each(names)("%s", (name) => {
  expect(outcomes[name] ?? "it did not run").toBe("ok");
});

it("has no test that is not listed here", () => {
  expect(Object.keys(outcomes).sort()).toEqual(names);
});

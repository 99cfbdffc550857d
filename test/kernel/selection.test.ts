import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionMessage } from "../../src/shared/sessionState";
import { eventually, TestKernel } from "./testKernel";

let kernel: TestKernel;
const told: SessionMessage[] = [];
let close: () => void = () => undefined;

beforeAll(async () => {
  kernel = await TestKernel.start();
  await kernel.run(
    `import { Dataset, show } from "graft";
     const images = Uint8Array.from({ length: 30 * 4 }, (_, i) => (i * 37) % 256);
     const dataset = Dataset.from({ images, imageShape: [2, 2, 1], labels: Array.from({ length: 30 }, (_, i) => i % 2), classes: ["a", "b"] });
     const rows = Array.from({ length: 30 }, (_, i) => [i % 2, i, i * i]);
     const plot = await show.embedding(rows, dataset, { method: "pca" });`,
  );
});
afterAll(async () => {
  close();
  await kernel.end();
});

/** The map's name as its figure says it. */
async function nameOfMap(): Promise<string> {
  const { outputs } = await kernel.run(`const again = await show.embedding(rows, dataset, { method: "pca" });`);
  const shown = outputs.findLast((output) => output.kind === "display" || output.kind === "update");
  const figure =
    shown !== undefined && "data" in shown ? shown.data["application/vnd.graft.figure.v1+json"] : undefined;
  return (figure as { plot: string }).plot;
}

it("says that nothing can be selected before a front end has offered it", async () => {
  expect(await kernel.value("await plot.selection()")).toContain("Open the notebook in VS Code");
});

it("brings what is selected into a cell that waits, while the kernel answers everything else", async () => {
  close = kernel.client.openSession((message) => void told.push(message));
  kernel.client.ask({ kind: "offerSelections" });
  const plot = await nameOfMap();
  const waiting = kernel.value(
    "const { indices, dataset: chosen } = await again.selection(); [indices.join(), chosen.size].join(' ')",
  );
  await eventually(() => (kernel.client.status === "busy" ? true : undefined));
  kernel.client.ask({ kind: "select", plot: "of another kernel", indices: [1] });
  await eventually(() => told.find((message) => message.kind === "selected" && !message.known));
  kernel.client.ask({ kind: "select", plot, indices: [3, 5] });
  expect(await waiting).toBe("'3,5 2'");
  expect(told).toContainEqual({ kind: "selected", plot, known: true, variable: "again" });
});

it("an interrupt ends the wait, and the map is there as before", async () => {
  const plot = await nameOfMap();
  const waiting = kernel.run("await again.selection()");
  await eventually(() => (kernel.client.status === "busy" ? true : undefined));
  await kernel.client.interrupt();
  expect((await waiting).reply).toMatchObject({ status: "error", ename: "InterruptedError" });
  kernel.client.ask({ kind: "select", plot, indices: [7] });
  expect(await kernel.value("(await again.selection()).indices.join()")).toBe("'7'");
});

it("drops what is no selection", async () => {
  const plot = await nameOfMap();
  kernel.client.ask({ kind: "select", plot, indices: [-1, 0.5] });
  kernel.client.ask({ kind: "select", plot, indices: [2] });
  expect(await kernel.value("(await again.selection()).indices.join()")).toBe("'2'");
});

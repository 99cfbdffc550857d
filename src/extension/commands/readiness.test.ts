import { describe, expect, it, vi } from "vitest";
import { cellCommands } from "./cellCommands";
import { obstacleTo } from "./readiness";
import { modelNamed, session } from "./testing/session";

vi.mock("vscode", async () => (await import("./testing/answers")).words);

const empty = { models: [], datasets: [], backbones: [] };

describe("obstacleTo", () => {
  it("has nothing against commands whose variables are there", () => {
    for (const { needs } of Object.values(cellCommands)) {
      expect(obstacleTo(needs, { started: true, state: session })).toBeUndefined();
    }
  });

  it("waits for the cell that runs, whatever the command needs", () => {
    const busy = obstacleTo([], { started: true, runningCell: 3, state: session });
    expect(busy).toMatchObject({
      message: expect.stringContaining("Cell 3 is still running"),
      remedies: ["interrupt"],
    });
  });

  it("without a kernel runs only what needs no variable", () => {
    expect(obstacleTo(cellCommands.loadBackbone.needs, { started: false })).toBeUndefined();
    expect(obstacleTo(["model"], { started: false })?.message).toContain("has not started");
  });

  it.each([
    ["attachHead", { ...session, datasets: [] }, "loadDigits"],
    ["attachHead", { ...session, backbones: [] }, "loadBackbone"],
    ["trainHead", { ...session, models: [] }, "attachHead"],
    ["showCurves", { ...session, models: [modelNamed("model", { trainings: [] })] }, "trainHead"],
  ] as const)("%s offers what makes the missing thing: %#", (name, state, remedy) => {
    const obstacle = obstacleTo(cellCommands[name].needs, { started: true, state });
    expect(obstacle?.remedies).toContain(remedy);
  });

  it("treats a kernel that has told nothing like an empty one, and offers at most three buttons", () => {
    for (const { needs } of Object.values(cellCommands)) {
      const untold = obstacleTo(needs, { started: true });
      expect(untold).toEqual(obstacleTo(needs, { started: true, state: empty }));
      expect(untold?.remedies.length ?? 0).toBeLessThanOrEqual(3);
    }
  });
});

/** Maps of more points than a test can wait for go through the grid; here a small one does, made by several threads. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { soloTeam, TEAM_CONTROL_BYTES } from "./team";
import { gridMap } from "./testing/gridMap";

/** What each of `members` threads came to. */
async function madeBy(members: number, program: string): Promise<unknown[]> {
  const control = new SharedArrayBuffer(TEAM_CONTROL_BYTES);
  const channels = Array.from({ length: members - 1 }, () => new MessageChannel());
  const workers = Array.from({ length: members }, (_, member) => {
    const ports = member === 0 ? channels.map(({ port1 }) => port1) : [channels[member - 1]!.port2];
    return new Worker(program, { workerData: { member, members, control, ports }, transferList: ports });
  });
  try {
    return await Promise.all(workers.map(async (worker) => ((await once(worker, "message")) as unknown[])[0]));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

it("a map of which the points push each other through a grid has the same bits from one and from three threads", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-grid-map-"));
  try {
    const program = join(folder, "member.cjs");
    const entry = join(import.meta.dirname, "testing", "gridMapMember.ts");
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: "node",
      external: ["onnxruntime-node"],
    });
    const alone = await gridMap(soloTeam);
    expect(alone.map.some((value, k) => k > 1 && value !== alone.map[k - 2])).toBe(true);
    expect(await madeBy(3, program)).toEqual([alone, alone, alone]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

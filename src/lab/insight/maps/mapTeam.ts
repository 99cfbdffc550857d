import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { distFolder } from "../../../shared/distFolder";
import { GraftError } from "../../../shared/graftError";
import type { MapJob, MapReply, PlaceJob, TeamMember } from "./mapMessages";
import { TEAM_CONTROL_BYTES } from "./team";

/** Beyond these, waiting for each other costs more than another one brings. */
const MOST_MEMBERS = 8;
/** Rows that are worth a member of their own: starting one takes as long as mapping so many. */
const ROWS_PER_MEMBER = 500;

/** How often a team that looks at no flag itself is asked about. */
const LOOK_MS = 250;

export interface TeamOptions {
  readonly onProgress?: (progress: Extract<MapReply, { kind: "progress" }>) => void;
  /** True ends the team where it is. */
  readonly isGivenUp?: () => boolean;
  /** How many threads; the default is the quickest. */
  readonly members?: number;
}

/**
 * Runs a job in worker threads, the calling thread stays free, and resolves with the last reply, or with nothing where it was given up. When
 * one of them dies, the others are ended.
 *
 * @throws GraftError `embedding/worker-died`, and what the job throws.
 */
export async function runInTeam(
  job: MapJob | PlaceJob,
  {
    onProgress,
    isGivenUp,
    members = Math.min(availableParallelism(), MOST_MEMBERS, Math.ceil(job.rows / ROWS_PER_MEMBER)),
  }: TeamOptions = {},
): Promise<Exclude<MapReply, { kind: "progress" | "failed" }> | undefined> {
  const control = new SharedArrayBuffer(TEAM_CONTROL_BYTES);
  const channels = Array.from({ length: members - 1 }, () => new MessageChannel());
  const workers = Array.from({ length: members }, (_, member) => {
    const ports = member === 0 ? channels.map(({ port1 }) => port1) : [channels[member - 1]!.port2];
    const workerData: TeamMember = { seat: { member, members, control, ports }, job };
    return new Worker(join(distFolder(), "mapWorker.js"), { workerData, transferList: ports });
  });
  let looking: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      looking = setInterval(() => {
        if (isGivenUp?.() === true) resolve(undefined);
      }, LOOK_MS);
      for (const worker of workers) {
        worker.on("message", (reply: MapReply) => {
          if (reply.kind === "failed") reject(new GraftError(reply.error));
          else if (reply.kind === "progress") onProgress?.(reply);
          else resolve(reply);
        });
        worker.on("error", (error) => reject(died(error.message, error)));
        worker.on("exit", (code) => {
          if (code !== 0) reject(died(`exit code ${code}`));
        });
      }
    });
  } finally {
    clearInterval(looking);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function died(found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "embedding/worker-died",
    expected: "worker threads that compute the map to its end",
    found,
    remedy: "Map fewer examples, or give the kernel more memory",
    cause,
  });
}

/** A member of the team that computes a map: one job in `workerData`, then it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { GraftError } from "../../../shared/graftError";
import type { MapReply, TeamMember } from "./mapMessages";
import { runMap } from "./runMap";
import { runPlace } from "./runPlace";
import { joinTeam } from "./team";

const { seat, job } = workerData as TeamMember;
const reply = (message: MapReply): void => parentPort?.postMessage(message);
const team = joinTeam(seat);

(job.kind === "map" ? runMap(job, team, reply) : runPlace(job, team, reply)).catch((error: unknown) => {
  if (!(error instanceof GraftError)) throw error;
  const { code, expected, found, remedy } = error;
  reply({ kind: "failed", error: { code, expected, found, remedy } });
});

/** For tests: a worker thread that is one of several who make the same map. */
import { parentPort, workerData } from "node:worker_threads";
import { joinTeam, type TeamSeat } from "../team";
import { gridMap } from "./gridMap";

void gridMap(joinTeam(workerData as TeamSeat)).then((made) => parentPort?.postMessage(made));

/** The program of a team that makes a map: principal components, neighbours, the map, its quality. */
import { affinities, neighboursFor } from "./affinities";
import { initialMap } from "./initialMap";
import type { MapParameters } from "./mapFeatures";
import type { MapJob, MapReply } from "./mapMessages";
import { mapQuality, qualitySample } from "./mapQuality";
import type { Matrix } from "./matrix";
import { type Neighbours, nearestNeighbours } from "./nearestNeighbours";
import { principalComponents, project } from "./principalComponents";
import { type Products, productsFor } from "./products";
import { requireFinite } from "./requireFinite";
import { progressReporter } from "./progressReporter";
import type { Team } from "./team";
import { tsne } from "./tsne";
import { umap } from "./umap";

/** Where distances in all columns would take long, neighbours are looked for among so many. Fewer lose neighbours (docs/benchmarks.md). */
const PRINCIPAL_COMPONENTS = 150;
/** For the distances of all rows: some seconds. */
const MOST_MULTIPLICATIONS = 2e11;
const DEFAULT_TSNE_ITERATIONS = 1000;
/** Of the first axis, at the start. */
const TSNE_DEVIATION = 1e-4;
const QUALITY_NEIGHBOURS = 10;

/** @param reply Called by one member at a time. */
export async function runMap(job: MapJob, team: Team, reply: (message: MapReply) => void): Promise<void> {
  const { rows, columns, method, dims, seed } = job;
  const input = { rows, columns, data: job.features };
  // Its quality alone takes the distances of all rows in all columns.
  const products = await productsFor(rows * columns * Math.max(rows, PRINCIPAL_COMPONENTS));
  const isReduced = method !== "pca" && columns > PRINCIPAL_COMPONENTS && rows * rows * columns > MOST_MULTIPLICATIONS;
  requireFinite(input, team);
  const components = isReduced ? PRINCIPAL_COMPONENTS : dims;
  const projection = await principalComponents(input, components, seed, products, team);
  const projected = await project(input, projection, products, team);
  const reduced = isReduced || method === "pca" ? projected : input;
  const map = new Float64Array(team.memory(8 * rows * dims));
  const outcome = await courses[method]({ job, team, products, projected, reduced, map, reply });

  const drawn = Float32Array.from(map);
  const examples = qualitySample(rows, columns, seed);
  const quality = await mapQuality(
    input,
    { rows, columns: dims, data: drawn },
    Math.min(QUALITY_NEIGHBOURS, Math.floor(rows / 2) - 1),
    products,
    team,
    examples,
  );
  if (!team.leads) return;
  const { iteration, interrupted, parameters, neighbours } = outcome;
  reply({
    kind: "done",
    iteration,
    interrupted,
    quality,
    parameters: {
      ...parameters,
      ...(isReduced ? { principalComponents: components } : {}),
      seed,
      ...(examples.length < rows ? { qualityExamples: examples.length } : {}),
    },
    reference: {
      method,
      dims,
      seed,
      ...(reduced === projected ? { projection } : {}),
      features: reduced,
      map,
      ...(neighbours === undefined ? {} : { neighbours }),
    },
  });
}

interface Course {
  readonly job: MapJob;
  readonly team: Team;
  readonly products: Products;
  /** Onto principal components, as many as there are dimensions or more. */
  readonly projected: Matrix;
  /** Whose neighbours are looked for. */
  readonly reduced: Matrix;
  readonly map: Float64Array<SharedArrayBuffer>;
  readonly reply: (message: MapReply) => void;
}

interface Outcome {
  readonly iteration: number;
  readonly interrupted: boolean;
  readonly parameters: MapParameters;
  readonly neighbours?: Neighbours;
}

const courses = { pca: runPca, tsne: runTsne, umap: runUmap } as const;

function runPca({ team, projected, map }: Course): Promise<Outcome> {
  team.share(1, () => map.set(projected.data));
  return Promise.resolve({ iteration: 0, interrupted: false, parameters: {} });
}

async function runTsne({ job, team, products, projected, reduced, map, reply }: Course): Promise<Outcome> {
  const { dims, perplexity, seed, iterations = DEFAULT_TSNE_ITERATIONS } = job;
  const isInterrupted = () => Atomics.load(job.interruptFlag, 0) !== 0;
  const report = progressReporter(iterations, map, reply);
  team.share(1, () => map.set(initialMap(projected, dims, TSNE_DEVIATION, seed)));
  if (team.leads) report(0);
  const count = neighboursFor(perplexity, job.rows - 1);
  const neighbours = await nearestNeighbours(reduced, reduced, count, products, team, isInterrupted);
  const parameters = { perplexity, iterations };
  if (decidedTogether(isInterrupted, team)) return { iteration: 0, interrupted: true, parameters };
  const joint = affinities(neighbours, perplexity, team);
  const result = tsne(joint, map, { dims, iterations, isStopped: isInterrupted, onIteration: report }, team);
  team.share(1, () => centre(map, dims));
  const { learningRate, repulsion, divergence } = result;
  return {
    iteration: result.iterations,
    interrupted: result.iterations < iterations,
    parameters: { ...parameters, learningRate, repulsion, divergence: Number(divergence.toPrecision(4)) },
  };
}

async function runUmap({ job, team, products, projected, reduced, map, reply }: Course): Promise<Outcome> {
  const { dims, neighbours: count, seed, iterations } = job;
  const isInterrupted = () => Atomics.load(job.interruptFlag, 0) !== 0;
  // To UMAP each row is a neighbour of itself.
  const neighbours = await nearestNeighbours(reduced, reduced, count - 1, products, team, isInterrupted);
  const ran = new Int32Array(team.memory(8));
  team.share(1, () => map.set(initialMap(projected, dims, 1, seed)));
  if (!decidedTogether(isInterrupted, team)) {
    team.share(1, () => {
      let report: ((iteration: number) => void) | undefined;
      ran[0] = umap(reduced, neighbours, Float64Array.from(map), {
        dims,
        seed,
        ...(iterations === undefined ? {} : { iterations }),
        onIteration(iteration, total, drawn) {
          map.set(drawn);
          ran[1] = total;
          report ??= progressReporter(total, map, reply);
          report(iteration);
          return !isInterrupted();
        },
      });
    });
  }
  team.share(1, () => centre(map, dims));
  const [iteration, total] = [ran[0]!, Math.max(ran[1]!, iterations ?? 1)];
  return {
    iteration,
    interrupted: iteration < total,
    parameters: { neighbours: count, iterations: total },
    neighbours,
  };
}

/** What one member finds, for all. */
function decidedTogether(question: () => boolean, team: Team): boolean {
  const answer = new Int32Array(team.memory(4));
  team.share(1, () => void (answer[0] = question() ? 1 : 0));
  return answer[0] === 1;
}

function centre(map: Float64Array, dims: number): void {
  for (let d = 0; d < dims; d++) {
    let mean = 0;
    for (let k = d; k < map.length; k += dims) mean += map[k]!;
    mean /= map.length / dims;
    for (let k = d; k < map.length; k += dims) map[k]! -= mean;
  }
}

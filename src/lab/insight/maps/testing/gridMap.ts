import { affinities, neighboursFor } from "../affinities";
import { nearestNeighbours } from "../nearestNeighbours";
import { plainProducts } from "../products";
import { gridRepulsion } from "../repulsion/gridRepulsion";
import type { Team } from "../team";
import { tsne } from "../tsne";
import { gaussians } from "./gaussians";

/** For tests: a small map whose points push each other through the grid, as those of large maps do. Run by all members of `team`. */
export async function gridMap(team: Team): Promise<{ map: Float64Array; divergence: number }> {
  const [rows, perplexity] = [400, 10];
  const input = gaussians(rows, 8, 3, 6);
  const neighbours = await nearestNeighbours(input, input, neighboursFor(perplexity, rows - 1), plainProducts, team);
  const map = new Float64Array(team.memory(16 * rows));
  team.share(rows, (row) => map.set([input.data[8 * row]!, input.data[8 * row + 1]!], 2 * row));
  const options = { dims: 2, iterations: 30, repulsion: gridRepulsion(false, team) } as const;
  const { divergence } = tsne(affinities(neighbours, perplexity, team), map, options, team);
  return { map, divergence };
}

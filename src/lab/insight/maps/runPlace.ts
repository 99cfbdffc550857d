/** The program of a team that places new rows into a map. */
import type { MapReply, PlaceJob } from "./mapMessages";
import { placePoints } from "./placePoints";
import { project } from "./principalComponents";
import { productsFor } from "./products";
import { requireFinite } from "./requireFinite";
import type { Team } from "./team";
import { placeByUmap } from "./umap";

/** @param reply Called by one member at a time. */
export async function runPlace(
  { reference, rows, columns, features }: PlaceJob,
  team: Team,
  reply: (message: MapReply) => void,
): Promise<void> {
  const { method, dims, map, projection, features: known, neighbours, seed } = reference;
  const products = await productsFor(rows * known.columns * (columns + known.rows));
  const input = { rows, columns, data: features };
  requireFinite(input, team);
  const added = projection === undefined ? input : await project(input, projection, products, team);
  if (method === "tsne") {
    const points = await placePoints(added, known, map, dims, products, team);
    if (team.leads) reply({ kind: "placed", points: Float32Array.from(points) });
  } else if (team.leads) {
    const points = method === "pca" ? added.data : placeByUmap(added, known, neighbours!, map, dims, seed);
    reply({ kind: "placed", points: Float32Array.from(points) });
  }
}

import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { plotlyReconstructions } from "../plotlyReconstructions";
import type { ReconstructionsFigure } from "./reconstructionsFigure";

export const reconstructionsKind: FigureKind<ReconstructionsFigure> = {
  caption: ({ indices, noise }) => [
    `${count(indices.length, "image")}; ${noise}.`,
    "The rows below are what came back from the corrupted ones, through the layers up to the one named and back through their decoders. Error: mean squared difference of a pixel in [0, 1] to the original's, over the images shown.",
  ],
  plotly: plotlyReconstructions,
  table: ({ indices, rows }) => ({
    header: ["example", "row", "layers", "mean squared error"],
    rows: rows.flatMap(({ name, depth, errors }) =>
      indices.map((index, place) => [index, name, depth, errors?.[place]] as const),
    ),
  }),
  progress: () => "",
};

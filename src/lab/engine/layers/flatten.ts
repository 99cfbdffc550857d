import type { LayerOf } from "../../backbone/layerGraph";
import { reshaping } from "./reshape";

export const flatten = reshaping<LayerOf<"Flatten">>();

import { join } from "node:path";
import type { Dataset } from "./dataset";
import { imageFolder } from "./folder/imageFolder";
import { shippedFile } from "./locations";

/** See `datasets.syntheticLesions`. */
export function syntheticLesions(size = 224): Promise<Dataset> {
  const folder = shippedFile("notebooks", "data", "lesions");
  const labels = { csv: join(folder, "metadata.csv"), file: "image_id", label: "dx", group: "lesion_id" };
  return imageFolder(folder, { size, labels });
}

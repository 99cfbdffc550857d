import type { Labelled } from "../data/datasetParts";

/** examples / (classes · examples of the class), as scikit-learn's `"balanced"`; classes without examples are not counted and have 0. */
export function balancedClassWeights({ labels, classes }: Pick<Labelled, "labels" | "classes">): readonly number[] {
  const counts = classes.map((_, label) => labels.reduce((count, other) => count + (other === label ? 1 : 0), 0));
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (present * count)));
}

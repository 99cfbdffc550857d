import type { Points, Repulsion } from "./repulsion";
import { SourceList } from "./sourceList";

/** Visits every pair of `n` points. */
export function exactRepulsion(n: number, dims: 2 | 3): Repulsion {
  const sources = new SourceList(n, dims);
  let points: Points = new Float64Array(0);
  return {
    name: "exact",
    begin(own) {
      points = own;
      sources.clear();
      for (let i = 0; i < n; i++) sources.add(points, i * dims, 1);
    },
    gather: () => undefined,
    finish: () => undefined,
    pushOwn(from, to, push) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += sources.pushOn(points, i * dims, push, i * dims);
      return sum;
    },
    pushOthers(targets, from, to, push, parts) {
      for (let i = from; i < to; i++) parts[i] = sources.pushOn(targets, i * dims, push, i * dims);
    },
  };
}

import type { Points, Repulsion } from "./repulsion";

/** Visits every pair. */
export function exactRepulsion(dims: 2 | 3): Repulsion {
  let sources: Points = new Float64Array(0);
  const pushOf = dims === 2 ? pushInPlane : pushInSpace;
  return {
    name: "exact",
    begin: (points) => void (sources = points),
    gather: () => undefined,
    finish: () => undefined,
    push(targets, from, to, push, parts) {
      for (let i = from; i < to; i++) parts[i] = pushOf(sources, targets, i, push);
    },
  };
}

function pushInPlane(sources: Points, targets: Points, i: number, push: Float64Array): number {
  const xi = targets[2 * i]!;
  const yi = targets[2 * i + 1]!;
  let x = 0;
  let y = 0;
  let part = 0;
  for (let j = 0; j < sources.length; j += 2) {
    const dx = xi - sources[j]!;
    const dy = yi - sources[j + 1]!;
    const similarity = 1 / (1 + dx * dx + dy * dy);
    const strength = similarity * similarity;
    part += similarity;
    x += strength * dx;
    y += strength * dy;
  }
  push[2 * i] = x;
  push[2 * i + 1] = y;
  return part;
}

function pushInSpace(sources: Points, targets: Points, i: number, push: Float64Array): number {
  const xi = targets[3 * i]!;
  const yi = targets[3 * i + 1]!;
  const zi = targets[3 * i + 2]!;
  let x = 0;
  let y = 0;
  let z = 0;
  let part = 0;
  for (let j = 0; j < sources.length; j += 3) {
    const dx = xi - sources[j]!;
    const dy = yi - sources[j + 1]!;
    const dz = zi - sources[j + 2]!;
    const similarity = 1 / (1 + dx * dx + dy * dy + dz * dz);
    const strength = similarity * similarity;
    part += similarity;
    x += strength * dx;
    y += strength * dy;
    z += strength * dz;
  }
  push[3 * i] = x;
  push[3 * i + 1] = y;
  push[3 * i + 2] = z;
  return part;
}

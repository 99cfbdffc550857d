/** Indices of the `count` smallest entries of `row` but `self`, nearest first; equal ones by index. */
export function nearest(row: Float64Array, self: number, count: number): Uint32Array {
  const kept = new Uint32Array(count);
  let size = 0;
  for (let j = 0; j < row.length; j++) {
    const distance = row[j]!;
    if (j === self || (size === count && distance >= row[kept[count - 1]!]!)) continue;
    let place = size < count ? size++ : count - 1;
    for (; place > 0 && distance < row[kept[place - 1]!]!; place--) kept[place] = kept[place - 1]!;
    kept[place] = j;
  }
  return kept.subarray(0, size);
}

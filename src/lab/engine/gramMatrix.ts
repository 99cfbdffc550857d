import type { Tensor } from "../backbone/layerGraph";

/** `[rows, rows]`, every row of a matrix times every row. Four by two at a time, which keeps the processor's adders busy. */
export function gramMatrix({ shape, data }: Tensor): Float64Array {
  const [rows, length] = shape as [number, number];
  const matrix = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) matrix[i] = data[i]!; // The constructor takes thirty times as long to convert.
  const gram = new Float64Array(rows * rows);
  // Beyond the last row there is the last one again.
  const start = (row: number): number => Math.min(row, rows - 1) * length;
  for (let i = 0; i < rows; i += 4) {
    const [a, b, c, d] = [start(i), start(i + 1), start(i + 2), start(i + 3)];
    for (let j = 0; j < Math.min(i + 4, rows); j += 2) {
      const [e, f] = [start(j), start(j + 1)];
      let ae = 0;
      let be = 0;
      let ce = 0;
      let de = 0;
      let af = 0;
      let bf = 0;
      let cf = 0;
      let df = 0;
      for (let k = 0; k < length; k++) {
        const x = matrix[e + k]!;
        const y = matrix[f + k]!;
        ae += matrix[a + k]! * x;
        be += matrix[b + k]! * x;
        ce += matrix[c + k]! * x;
        de += matrix[d + k]! * x;
        af += matrix[a + k]! * y;
        bf += matrix[b + k]! * y;
        cf += matrix[c + k]! * y;
        df += matrix[d + k]! * y;
      }
      const products = [ae, be, ce, de, af, bf, cf, df];
      products.forEach((product, at) => {
        const [row, column] = [i + (at & 3), j + (at >> 2)];
        if (row < rows && column < rows) gram[row * rows + column] = gram[column * rows + row] = product;
      });
    }
  }
  return gram;
}

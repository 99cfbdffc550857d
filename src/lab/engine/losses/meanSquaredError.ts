import type { LossRules } from "./lossRules";

/** Mean over the outputs of (output - target)². */
export const meanSquaredError: LossRules = {
  targets: "values",

  write(builder, output, values) {
    const [, outputs] = output.shape as readonly [number, number];
    const difference = builder.binary("Sub", output, values);
    return {
      rows: builder.reduce("ReduceMean", builder.binary("Mul", difference, difference), [1], false),
      slope: difference,
      divisor: outputs / 2,
    };
  },

  ofRow(output, values) {
    let sum = 0;
    output.forEach((value, i) => {
      sum += (value - (values as Float32Array)[i]!) ** 2;
    });
    return sum / output.length;
  },
};

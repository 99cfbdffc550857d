import type { OptimizerRules } from "./optimizerRules";

export interface SgdSettings {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/**
 * Stochastic gradient descent. With momentum, velocity = momentum · velocity + gradient, and the velocity times the learning rate
 * is taken off, as in PyTorch (Keras has the rate inside the velocity: the same until the rate changes). Nesterov's takes off
 * gradient + momentum · velocity (Sutskever et al. 2013).
 */
export function sgd({ momentum, nesterov }: SgdSettings): OptimizerRules {
  return {
    slots: momentum === 0 ? [] : ["velocity"],
    scalars: ["rate"],
    scalarsAt: (_, learningRate) => [learningRate],

    write(builder, { slots, scalars }, gradient) {
      const [rate] = scalars;
      const [old] = slots;
      if (old === undefined) return { change: builder.binary("Mul", gradient, rate!), slots: [] };
      const scaled = (velocity: typeof old) => builder.binary("Mul", velocity, builder.scalar(momentum));
      const velocity = builder.binary("Add", scaled(old), gradient);
      const direction = nesterov ? builder.binary("Add", gradient, scaled(velocity)) : velocity;
      return { change: builder.binary("Mul", direction, rate!), slots: [velocity] };
    },

    apply([velocity], [rate], gradient) {
      for (let i = 0; i < gradient.length; i++) {
        const slope = gradient[i]!;
        if (velocity) velocity[i] = velocity[i]! * momentum + slope;
        const follow = nesterov ? slope + momentum * (velocity?.[i] ?? 0) : (velocity?.[i] ?? slope);
        gradient[i] = (velocity ? follow : slope) * rate!;
      }
    },
  };
}

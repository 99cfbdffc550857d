/** The optimizers that a training step can end with, as people name them. */
export type Optimizer =
  /** Momentum: velocity = momentum · velocity + gradient (PyTorch, Keras up to the rate's place). `weightDecay` is added to the gradient. */
  | {
      readonly name: "sgd";
      readonly learningRate: number;
      /** Default 0. */
      readonly momentum?: number;
      /** Default false. */
      readonly nesterov?: boolean;
      /** Default 0. On kernels only. */
      readonly weightDecay?: number;
    }
  /** Adam (Kingma & Ba 2015) adds `weightDecay` to the gradient; AdamW (Loshchilov & Hutter 2019) takes it off the weights. */
  | {
      readonly name: "adam" | "adamW";
      readonly learningRate: number;
      /** Default 0.9. */
      readonly beta1?: number;
      /** Default 0.999. */
      readonly beta2?: number;
      /** Default 1e-7, as in Keras. */
      readonly epsilon?: number;
      /** Default 0. On kernels only. */
      readonly weightDecay?: number;
    };

/**
 * What the transformer's output calls for syntax that this Node does not have: `using` declarations (TC39 explicit resource
 * management) and TypeScript's decorators. The names and shapes are those of Babel's helpers, which oxc follows.
 */
interface Resource {
  readonly value: unknown;
  readonly dispose: ((this: unknown) => unknown) | undefined;
  readonly isAsync: boolean;
}

type DisposeMethods = Readonly<Record<symbol, ((this: unknown) => unknown) | undefined>>;

const noError: unique symbol = Symbol("no error");

/** One block with `using` in it. */
class DisposalScope {
  /** The error that the block ended with. */
  e: unknown = noError;
  readonly #resources: Resource[] = [];

  /** `using x = value` */
  u(value: unknown): unknown {
    return this.#add(value, false);
  }

  /** `await using x = value` */
  a(value: unknown): unknown {
    return this.#add(value, true);
  }

  /** Disposes in reverse order; a promise once something async is among it. Throws the block's error, or the disposal's. */
  d(): unknown {
    for (let next = this.#resources.pop(); next !== undefined; next = this.#resources.pop()) {
      try {
        const result = next.dispose?.call(next.value);
        if (next.isAsync) {
          return Promise.resolve(result).then(
            () => this.d(),
            (error: unknown) => {
              this.#note(error);
              return this.d();
            },
          );
        }
      } catch (error) {
        this.#note(error);
      }
    }
    if (this.e !== noError) {
      throw this.e as Error;
    }
    return undefined;
  }

  #add(value: unknown, isAsync: boolean): unknown {
    if (value === null || value === undefined) {
      return value;
    }
    const methods = Object(value) as DisposeMethods;
    const dispose = (isAsync ? methods[Symbol.asyncDispose] : undefined) ?? methods[Symbol.dispose];
    if (typeof dispose !== "function") {
      throw new TypeError(`Expected an object with [Symbol.${isAsync ? "asyncDispose" : "dispose"}]() after 'using'.`);
    }
    this.#resources.push({ value, dispose, isAsync });
    return value;
  }

  #note(error: unknown): void {
    if (this.e === noError) {
      this.e = error;
    } else {
      const both = new Error("An error was suppressed during disposal.", { cause: error });
      both.name = "SuppressedError";
      this.e = Object.assign(both, { error, suppressed: this.e });
    }
  }
}

type Decorator = (...args: unknown[]) => unknown;

function decorate(
  decorators: readonly Decorator[],
  target: object,
  key?: PropertyKey,
  description?: PropertyDescriptor | null,
): unknown {
  if (key === undefined) {
    return decorators.reduceRight<unknown>((decorated, decorator) => decorator(decorated) ?? decorated, target);
  }
  const own = description === null ? Object.getOwnPropertyDescriptor(target, key) : description;
  const result = decorators.reduceRight<unknown>(
    (current, decorator) => decorator(target, key, current) ?? current,
    own,
  );
  if (result !== undefined) {
    Object.defineProperty(target, key, result as PropertyDescriptor);
  }
  return result;
}

export const loweredSyntax = {
  usingCtx: () => new DisposalScope(),
  decorate,
  decorateParam: (index: number, decorator: Decorator) => (target: object, key: PropertyKey) =>
    decorator(target, key, index),
} as const;

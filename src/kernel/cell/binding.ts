/**
 * Names of the notebook. Compiled cells do not declare their top-level names as JavaScript variables: each is a Binding
 * that all cells share, so that a redeclared name is seen by functions of earlier cells, nothing lands on `globalThis`, and
 * what a failing cell had reached stays. Access costs one property load.
 */
const unset: unique symbol = Symbol("unset");

export type BindingKind = "const" | "variable";

export class Binding {
  /** The value without any check: for names that are known to be set where they are used. */
  v: unknown = unset;
  readonly name: string;
  kind: BindingKind = "variable";
  /** Why there is no value, when the usual "x is not defined" would mislead. */
  reason: string | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get isSet(): boolean {
    return this.v !== unset;
  }

  /** The value with the check that JavaScript's own variables have. */
  get w(): unknown {
    if (this.v === unset) {
      throw new ReferenceError(this.reason ?? `${this.name} is not defined`);
    }
    return this.v;
  }

  set w(value: unknown) {
    if (this.v === unset) {
      throw new ReferenceError(this.reason ?? `${this.name} is not defined`);
    }
    this.v = value;
  }

  /** The value for `typeof`, which never throws. */
  get t(): unknown {
    return this.v === unset ? undefined : this.v;
  }

  clear(reason?: string): void {
    this.v = unset;
    this.reason = reason;
  }
}

export class NotebookScope {
  readonly #bindings = new Map<string, Binding>();

  /** The binding of a name; a new one is not set. */
  binding(name: string): Binding {
    let binding = this.#bindings.get(name);
    if (binding === undefined) {
      binding = new Binding(name);
      this.#bindings.set(name, binding);
    }
    return binding;
  }

  /** A name that cells have without declaring it; they may declare it anew. */
  provide(name: string, value: unknown): void {
    this.binding(name).v = value;
  }

  /** True when the name has a value, so that code compiled now means the notebook's, not the global one. */
  has(name: string): boolean {
    return this.#bindings.get(name)?.isSet ?? false;
  }

  isConst(name: string): boolean {
    const binding = this.#bindings.get(name);
    return binding?.isSet === true && binding.kind === "const";
  }

  /** Names with values, in the order in which they were first used. */
  *entries(): Generator<readonly [string, unknown]> {
    for (const [name, binding] of this.#bindings) {
      if (binding.isSet) {
        yield [name, binding.v];
      }
    }
  }
}

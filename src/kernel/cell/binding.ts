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
  /** True while the value is the kernel's own, such as `display`, and no cell has declared the name. */
  provided = false;
  /** What an import has bound: a value of a file beside the notebook, or anything else. */
  imported: "file" | "module" | undefined;
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

  /** Assignment, as opposed to declaration: refused for what is not set and for a const. */
  set w(value: unknown) {
    if (this.v === unset) {
      throw new ReferenceError(this.reason ?? `${this.name} is not defined`);
    }
    if (this.kind === "const") {
      throw new TypeError(
        `'${this.name}' is a const and cannot be assigned to. Declare it with 'let' where it is made`,
      );
    }
    this.v = value;
  }

  /** The value for `typeof`, which never throws. */
  get t(): unknown {
    return this.v === unset ? undefined : this.v;
  }

  /** A cell begins that declares this name; until its declaration is reached, the value stays. */
  declare(kind: BindingKind): void {
    if (Object.getOwnPropertyDescriptor(this, "v")?.get !== undefined) {
      define(this, { value: this.v, writable: true });
    }
    this.kind = kind;
    this.provided = false;
    this.imported = undefined;
    this.reason = undefined;
  }

  /** The name of an import whose module may still change the value. */
  follow(get: () => unknown): void {
    define(this, { get });
  }

  clear(reason?: string): void {
    this.declare(this.kind);
    this.v = unset;
    this.reason = reason;
  }
}

function define(binding: Binding, value: PropertyDescriptor): void {
  Object.defineProperty(binding, "v", { ...value, configurable: true, enumerable: true });
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
    const binding = this.binding(name);
    binding.v = value;
    binding.provided = true;
  }

  /** True when the name is the kernel's own and no cell has declared it. */
  isProvided(name: string): boolean {
    return this.#bindings.get(name)?.provided ?? false;
  }

  /** True when the name has a value, so that code compiled now means the notebook's, not the global one. */
  has(name: string): boolean {
    return this.#bindings.get(name)?.isSet ?? false;
  }

  /** Names that cells have given values, in the order in which they were first used. */
  *entries(): Generator<readonly [string, unknown]> {
    for (const binding of this.bindings()) {
      yield [binding.name, binding.v];
    }
  }

  /** The bindings of those names. */
  *bindings(): Generator<Binding> {
    for (const binding of this.#bindings.values()) {
      if (binding.isSet && !binding.provided) {
        yield binding;
      }
    }
  }
}

/** Tells front ends which models and datasets the cells hold, after each execution that changed that. */
import { types } from "node:util";
import {
  describe,
  type BackboneDescription,
  type DatasetDescription,
  type Describable,
  type ModelDescription,
  type NamedBackbone,
  type NamedDataset,
  type NamedModel,
  type SessionState,
} from "../../shared/sessionState";
import type { NotebookScope } from "../cell/binding";
import type { Reporter } from "../run/reporter";
import { dataProperty } from "./safeProperties";

/** What the state tells beside the variables. */
type Surroundings = Pick<SessionState, "engine" | "featureCache" | "runs" | "tensors">;

export class SessionReport {
  readonly #scope: NotebookScope;
  readonly #reporter: Reporter;
  readonly #surroundings: () => Surroundings;
  #last = "";

  constructor(scope: NotebookScope, reporter: Reporter, surroundings: () => Surroundings) {
    this.#scope = scope;
    this.#reporter = reporter;
    this.#surroundings = surroundings;
  }

  /** Sends the state when it is another one than the last time. */
  publish(parent: string): void {
    const state = this.#state();
    const text = JSON.stringify(state);
    if (text !== this.#last) {
      this.#last = text;
      this.#reporter.session(parent, { kind: "state", state });
    }
  }

  /** The variable that holds this object, or the member of one; undefined when there is none. */
  nameOf(object: object): string | undefined {
    let member: string | undefined;
    for (const [name, value] of withMembers(this.#scope.entries())) {
      if (value === object) {
        if (!name.includes(".")) {
          return name;
        }
        member ??= name;
      }
    }
    return member;
  }

  #state(): SessionState {
    const models: NamedModel[] = [];
    const datasets: NamedDataset[] = [];
    const backbones: NamedBackbone[] = [];
    for (const [name, value] of withMembers(this.#scope.entries())) {
      const description = descriptionOf(value);
      if (description?.kind === "model") {
        models.push({ name, ...description });
      } else if (description?.kind === "dataset") {
        datasets.push({ name, ...description });
      } else if (description?.kind === "backbone") {
        backbones.push({ name, ...description });
      }
    }
    return { ...this.#surroundings(), models, datasets, backbones };
  }
}

/** The variables, and the members of plain objects among them: `digits`, `digits.train`, `digits.test`. */
function* withMembers(entries: Iterable<readonly [string, unknown]>): Iterable<readonly [string, unknown]> {
  for (const [name, value] of entries) {
    yield [name, value];
    if (isPlainObject(value)) {
      for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
        // Names that need brackets, and getters, which would run code, are left out.
        if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(member) && "value" in descriptor) {
          yield [`${name}.${member}`, descriptor.value];
        }
      }
    }
  }
}

function isPlainObject(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !types.isProxy(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}

function descriptionOf(value: unknown): ModelDescription | DatasetDescription | BackboneDescription | undefined {
  const method = typeof value === "object" && value !== null ? dataProperty(value, describe) : undefined;
  if (typeof method !== "function") {
    return undefined;
  }
  try {
    return Reflect.apply(method as Describable[typeof describe], value, []);
  } catch {
    return undefined; // A disposed object has nothing to tell; the session goes on.
  }
}

/**
 * Tells front ends the variables of the cells, after each execution, while somebody watches. It costs nothing otherwise, and
 * is bounded in number, length and time.
 */
import type { TensorMemory, VariableDescription } from "../../shared/sessionState";
import type { Binding, NotebookScope } from "../cell/binding";
import type { Reporter } from "../run/reporter";
import { tensorsHeldBy } from "./tensors";
import { variableOf } from "./variableOf";

const mostVariables = 1000;

/** The part of tfjs that is asked. */
interface TensorLibrary {
  memory(): { readonly numTensors: number; readonly numBytes: number };
}

export class VariablesReport {
  readonly #scope: NotebookScope;
  readonly #reporter: Reporter;
  readonly #libraries = new Set<TensorLibrary>();
  #watched = false;

  constructor(scope: NotebookScope, reporter: Reporter) {
    this.#scope = scope;
    this.#reporter = reporter;
  }

  /** A cell has imported `@tensorflow/tfjs`. */
  useTensors(tfjs: object): void {
    this.#libraries.add(tfjs as TensorLibrary);
  }

  /** Sends the variables at once when they are to be watched. */
  watch(watched: boolean): void {
    this.#watched = watched;
    this.publish("{}");
  }

  publish(parent: string): void {
    if (!this.#watched) {
      return;
    }
    const bindings = [...this.#scope.bindings()].filter(isShown);
    const tensors = this.#tensorMemory(bindings);
    this.#reporter.session(parent, {
      kind: "variables",
      variables: bindings.slice(0, mostVariables).map(({ name, v }): VariableDescription => ({
        name,
        ...variableOf(v),
      })),
      ...(tensors === undefined ? {} : { tensors }),
    });
  }

  /** tfjs tensors that are alive; undefined before a cell has imported tfjs. */
  get tensors(): { readonly count: number; readonly bytes: number } | undefined {
    if (this.#libraries.size === 0) {
      return undefined;
    }
    const memories = [...this.#libraries].map((library) => library.memory());
    return {
      count: memories.reduce((sum, { numTensors }) => sum + numTensors, 0),
      bytes: memories.reduce((sum, { numBytes }) => sum + numBytes, 0),
    };
  }

  #tensorMemory(bindings: readonly Binding[]): TensorMemory | undefined {
    const { tensors } = this;
    if (tensors === undefined) {
      return undefined;
    }
    const held = tensorsHeldBy(bindings.map(({ v }) => v));
    return { ...tensors, ...(held === undefined ? {} : { leaked: Math.max(0, tensors.count - held) }) };
  }
}

/** Of imports, only the data of files beside the notebook are values of the notebook. */
function isShown({ imported, v }: Binding): boolean {
  return imported === undefined || (imported === "file" && typeof v !== "function");
}

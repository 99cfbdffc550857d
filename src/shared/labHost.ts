/**
 * The seam between the lab and whatever process it runs in. The kernel installs a host before a cell imports "graft";
 * without one (a plain Node script, a unit test) `labHost()` answers with a quiet host that displays nothing.
 * It lives on `globalThis` because kernel and lab are separate bundles.
 */
import type { MimeBundle } from "./mimeBundle";
import type { Selectable } from "./selectable";
import type { CheckpointDescription, RunDescription } from "./sessionState";

export interface LabHost {
  /** Shows an output under the cell that is running, or replaces the one with the same `displayId` in place. */
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Reports progress of long work to the front end. */
  progress(update: ProgressUpdate): void;
  /** One Int32 over a SharedArrayBuffer: not 0 means stop at the next step boundary. Handed to worker threads as it is. */
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
  /** Calls `listener` with the error to throw when the execution that is running is interrupted. The returned function ends that. */
  onInterrupt(listener: (error: Error) => void): () => void;
  /** `target` hears what people select in the figure of this name, for as long as somebody else holds it. */
  offerSelection(plot: string, target: Selectable): void;
  /** False: no front end has said that people can select in its figures. */
  readonly canSelect: boolean;
  /** Absolute; undefined: models are not saved while they train. */
  readonly checkpointFolder: string | undefined;
  /** Tells the front end that a checkpoint has been written. */
  checkpointed(checkpoint: CheckpointDescription): void;
  /** Tells the front end that a training has begun or ended, or that the run of this id is forgotten. */
  ran(id: string, run: RunDescription | undefined): void;
  /** Name of the variable that holds this object: `model`, `models.best`; undefined when none does. */
  nameOf(object: object): string | undefined;
  /** Calls `action` when the cell that is running has ended and its variables are set; at once when none is. */
  afterCell(action: () => void): void;
  /** Absolute folder of the notebook: relative paths in cells are relative to it. */
  readonly notebookFolder: string;
  /** The `@tensorflow/tfjs` that cells import, with its backend set up. Absent: there are no cells. */
  tensorLibrary?(): Promise<unknown>;
}

export interface DisplayOptions {
  readonly displayId?: string;
  /** True: replace the display that has `displayId` instead of adding one. */
  readonly update?: boolean;
}

export interface ProgressUpdate {
  /** Same id for all updates of one piece of work. */
  readonly id: string;
  readonly title: string;
  /** In [0, 1]. The update with 1 ends the progress. */
  readonly fraction: number;
  /** E.g. `"epoch 3/10, loss 0.412, 8 s left"`. */
  readonly detail: string;
  /** Estimated; absent while there is nothing to estimate it by. */
  readonly secondsLeft?: number;
}

const key = Symbol.for("graft.labHost");
interface HostSlot {
  [key]?: LabHost;
}

export function installLabHost(host: LabHost): void {
  (globalThis as HostSlot)[key] = host;
}

export function labHost(): LabHost {
  const slot = globalThis as HostSlot;
  const host = slot[key] ?? quietHost();
  slot[key] = host;
  return host;
}

function quietHost(): LabHost {
  return {
    display: () => undefined,
    progress: () => undefined,
    interruptFlag: new Int32Array(new SharedArrayBuffer(4)),
    onInterrupt: () => () => undefined,
    offerSelection: () => undefined,
    canSelect: false,
    checkpointFolder: undefined,
    checkpointed: () => undefined,
    ran: () => undefined,
    nameOf: () => undefined,
    afterCell: (action) => action(),
    notebookFolder: ".",
  };
}

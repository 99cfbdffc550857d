/**
 * The channel between the host suite, which runs inside the extension host, and its runner, which holds the window: the
 * suite posts one request at a time, the runner acts on the page and answers. Both sides import these types.
 */
export type ControlRequest =
  /** Keeps what the window shows as `.test-output/screenshots/NAME.png`. */
  | { readonly action: "screenshot"; readonly name: string }
  /** Evaluates a JavaScript expression in every frame of the window (workbench, webviews, notebook outputs). */
  | { readonly action: "evaluate"; readonly expression: string }
  /** Clicks the first visible element that the CSS selector finds in any frame. */
  | { readonly action: "click"; readonly selector: string }
  /** Drags over places in the first visible element that the selector finds, as parts of its width and height. */
  | { readonly action: "drag"; readonly selector: string; readonly path: readonly (readonly [number, number])[] }
  /** Presses keys, in Playwright's notation: `"Control+Shift+P"`. */
  | { readonly action: "press"; readonly keys: string }
  /** Types text into what has the focus. */
  | { readonly action: "type"; readonly text: string }
  /** Loads the window anew. The suite ends with its extension host; the next one goes on (`reloadWindow.ts`). */
  | { readonly action: "reload" };

export type ControlReply =
  | { readonly kind: "done"; readonly values: readonly FrameValue[] }
  | { readonly kind: "failed"; readonly message: string };

/** What an expression gave in one frame. Frames in which it threw are left out. */
export interface FrameValue {
  readonly url: string;
  readonly value: unknown;
}

/** Names of the environment variables by which the runner tells the suite where everything is. */
export const hostVariables = {
  /** URL that takes `ControlRequest`s. */
  control: "GRAFT_HOST_CONTROL",
  /** File into which the suite writes its `SuiteResult`. Without it the run has failed. */
  result: "GRAFT_HOST_RESULT",
  /** File to which Mocha's reporter appends; the runner prints it. */
  log: "GRAFT_HOST_LOG",
  /** Folder of the extensions that this window has installed. */
  extensions: "GRAFT_HOST_EXTENSIONS",
  /** Optional: only tests whose title contains this. */
  only: "GRAFT_HOST_ONLY",
} as const;

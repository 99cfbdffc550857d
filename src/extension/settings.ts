import * as vscode from "vscode";
import type { TypeErrorMode } from "../protocol/launchKernel";
import { configurationKeys } from "./contributions";

export interface Settings {
  readonly typeErrors: TypeErrorMode;
  /** Undefined: the kernel's Node is searched. */
  readonly nodePath: string | undefined;
  readonly idleExitSeconds: number;
}

/** What the person has set for the folder of `resource`. Values of the wrong type count as not set. */
export function readSettings(resource: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration(undefined, resource);
  const typeErrors = configuration.get<unknown>(configurationKeys.typeErrors);
  const nodePath = configuration.get<unknown>(configurationKeys.nodePath);
  const idleExitSeconds = configuration.get<unknown>(configurationKeys.idleExitSeconds);
  return {
    typeErrors: typeErrors === "stop" || typeErrors === "off" ? typeErrors : "warn",
    nodePath: typeof nodePath === "string" && nodePath.trim() !== "" ? nodePath.trim() : undefined,
    idleExitSeconds: typeof idleExitSeconds === "number" && idleExitSeconds > 0 ? idleExitSeconds : 600,
  };
}

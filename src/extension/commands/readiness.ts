/** Whether a command can write its cell now; if not, why, and what helps. */
import { l10n } from "vscode";
import type { SessionState } from "../../shared/sessionState";
import { isTrained } from "./plans/modelChoices";

/** A variable that holds such a thing. */
export type Need = "dataset" | "backbone" | "model" | "trainedModel";

/** What commands read of the session. */
export type CellState = Pick<SessionState, "models" | "datasets" | "backbones"> &
  Partial<Pick<SessionState, "featureCache">>;

export type Remedy =
  "runAll" | "interrupt" | "loadDigits" | "loadBackbone" | "attachHead" | "trainHead" | "openTutorial";

export interface Obstacle {
  readonly message: string;
  /** At most three: that many buttons a message shows. */
  readonly remedies: readonly Remedy[];
}

export interface Situation {
  /** A kernel is attached. */
  readonly started: boolean;
  /** Number of the cell that runs, from 1. */
  readonly runningCell?: number;
  /** As the kernel has told it. */
  readonly state?: CellState;
}

export function obstacleTo(needs: readonly Need[], { started, runningCell, state }: Situation): Obstacle | undefined {
  if (runningCell !== undefined) {
    const message = l10n.t("Cell {0} is still running. Wait until it has finished, or stop it.", runningCell);
    return { message, remedies: ["interrupt"] };
  }
  if (needs.length === 0) {
    return undefined;
  }
  if (!started) {
    const message = l10n.t(
      "The kernel has not started, so no variable of this notebook holds anything yet. Run the cells, or begin with a backbone.",
    );
    return { message, remedies: ["runAll", "loadBackbone", "openTutorial"] };
  }
  const missing = needs.find((need) => !isThere(need, state));
  return missing === undefined ? undefined : obstacles()[missing];
}

function isThere(need: Need, state: CellState | undefined): boolean {
  switch (need) {
    case "dataset":
      return state !== undefined && state.datasets.length > 0;
    case "backbone":
      return state !== undefined && state.backbones.length > 0;
    case "model":
      return state !== undefined && state.models.length > 0;
    case "trainedModel":
      return state?.models.some(isTrained) ?? false;
  }
}

function obstacles(): Readonly<Record<Need, Obstacle>> {
  return {
    dataset: {
      message: l10n.t(
        "No variable of this notebook holds a dataset. Load one, for example the digits that come with Graft, or run the cells that do.",
      ),
      remedies: ["loadDigits", "runAll"],
    },
    backbone: {
      message: l10n.t("No variable of this notebook holds a backbone. Load one, or run the cells that do."),
      remedies: ["loadBackbone", "runAll"],
    },
    model: {
      message: l10n.t(
        "No variable of this notebook holds a model. Make one with graft(backbone, { classes }), or run the cells that do.",
      ),
      remedies: ["runAll", "attachHead", "openTutorial"],
    },
    trainedModel: {
      message: l10n.t("No model of this notebook has been trained yet. Train its head first."),
      remedies: ["trainHead", "runAll"],
    },
  };
}

/** When a model is there but nothing that it could learn from or be measured on. */
export function noFittingDataset(model: { readonly name: string; readonly classes: readonly string[] }): Obstacle {
  const message = l10n.t(
    "No variable of this notebook holds a dataset with the {0} classes of {1}. Load one and run its cell.",
    model.classes.length,
    model.name,
  );
  return { message, remedies: ["runAll", "openTutorial"] };
}

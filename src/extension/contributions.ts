/**
 * Every id that `package.json` contributes, and every id that has to be the same in two places. `contributions.test.ts`
 * fails when this file and `package.json` disagree.
 */
export const EXTENSION_ID = "graft.graft-lab";
export const NOTEBOOK_TYPE = "jupyter-notebook";
export const CONTROLLER_ID = "graft-typescript";
export const RENDERER_ID = "graft-figure-renderer";
/** The plugin of VS Code's TypeScript server, a package in `packages/`. */
export const TYPESCRIPT_PLUGIN = "graft-quiet-cells";
/** In `notebooks/`; links open it without asking which. */
export const FIRST_TUTORIAL = "01-first-transfer.ipynb";
export const VARIABLES_VIEW = "graft.variables";
/** In the activity bar. */
export const treeViews = { model: "graft.model", runs: "graft.runs", data: "graft.data" } as const;

/** Actions on the items of the tree views: in their menus, not in the palette. */
export const itemCommandIds = {
  fineTuneFromLayer: "graft.item.fineTuneFromLayer",
  showLayerEmbedding: "graft.item.showLayerEmbedding",
  showModelCurves: "graft.item.showModelCurves",
  showRunCurves: "graft.item.showRunCurves",
  compareRuns: "graft.item.compareRuns",
  restoreRun: "graft.item.restoreRun",
  deleteRun: "graft.item.deleteRun",
  clearFeatures: "graft.item.clearFeatures",
  restoreThisCheckpoint: "graft.item.restoreCheckpoint",
  deleteCheckpoint: "graft.item.deleteCheckpoint",
} as const;

export const CELL_LANGUAGES = ["typescript", "javascript"] as const;

export const commandIds = {
  loadBackbone: "graft.loadBackbone",
  attachHead: "graft.attachHead",
  trainHead: "graft.trainHead",
  fineTuneLastLayers: "graft.fineTuneLastLayers",
  fineTuneWholeNetwork: "graft.fineTuneWholeNetwork",
  findLearningRate: "graft.findLearningRate",
  showEmbedding: "graft.showEmbedding",
  showCurves: "graft.showCurves",
  showConfusion: "graft.showConfusion",
  compareStrategies: "graft.compareStrategies",
  saveCheckpoint: "graft.saveCheckpoint",
  exportModel: "graft.exportModel",
  clearFeatureCache: "graft.clearFeatureCache",
  openTutorial: "graft.openTutorial",
  newNotebook: "graft.newNotebook",
  restartKernel: "graft.restartKernel",
  restartAndRunAll: "graft.restartAndRunAll",
  interruptKernel: "graft.interruptKernel",
  showKernelLog: "graft.showKernelLog",
  showEngine: "graft.showEngine",
  installNativeEngine: "graft.installNativeEngine",
  selectNode: "graft.selectNode",
  connectToServer: "graft.connectToServer",
  useLocalKernel: "graft.useLocalKernel",
  restoreCheckpoint: "graft.restoreCheckpoint",
} as const;

/** Registered but not in the palette: ends every kernel that this window knows, and waits until they have ended. */
export const SHUTDOWN_ALL_COMMAND = "graft.shutdownAll";

export const configurationKeys = {
  typeErrors: "graft.typeErrors",
  nodePath: "graft.nodePath",
  idleExitSeconds: "graft.kernel.idleExitSeconds",
} as const;

/** Keys for `when` clauses. */
export const contextKeys = {
  /** True while the active editor is a notebook whose kernel is Graft. */
  notebookActive: "graft.notebookActive",
  /** True while the active notebook's kernel process lives. */
  kernelRunning: "graft.kernelRunning",
  /** True once a notebook of this window has used Graft. */
  used: "graft.used",
  /** True while the active notebook's kernel belongs to a Jupyter Server. */
  onServer: "graft.onServer",
} as const;

const LINE = "var(--vscode-contrastBorder, var(--vscode-widget-border, rgba(128,128,128,0.35)))";
const MUTED = "var(--vscode-descriptionForeground, inherit)";

export const MAP_CSS = `
.graft-map { font-size: 12px; }
.graft-map [hidden] { display: none !important; }
.graft-map-bar, .graft-map-status, .graft-map-frames { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; }
.graft-map-bar { margin: 4px 2px 8px; }
.graft-map-status { margin: 4px 2px 0; min-height: 24px; font-variant-numeric: tabular-nums; }
.graft-map-frames { margin: 8px 2px 2px; }
.graft-map-frames input { width: min(320px, 60%); accent-color: var(--vscode-focusBorder, #0078d4); }
.graft-map-bar label { color: ${MUTED}; }
.graft-map button, .graft-map select, .graft-map input[type="search"] {
  font: inherit;
  color: inherit;
  background: transparent;
  border: 1px solid ${LINE};
  border-radius: 4px;
  padding: 2px 8px;
  min-height: 24px;
  box-sizing: border-box;
}
.graft-map select {
  color: var(--vscode-dropdown-foreground, inherit);
  background: var(--vscode-dropdown-background, var(--vscode-notebook-editorBackground, transparent));
  margin-left: 2px;
}
.graft-map input[type="search"] {
  flex: 0 1 250px;
  min-width: 110px;
  color: var(--vscode-input-foreground, inherit);
  background: var(--vscode-input-background, transparent);
}
.graft-map input::placeholder { color: var(--vscode-input-placeholderForeground, ${MUTED}); }
.graft-map button { cursor: pointer; }
.graft-map button:hover { background: var(--vscode-toolbar-hoverBackground, rgba(128,128,128,0.18)); }
.graft-map :is(button, select, input, .graft-map-stage):focus-visible {
  outline: 1px solid var(--vscode-focusBorder, #0078d4);
  outline-offset: 1px;
}
.graft-map-tools { display: inline-flex; }
.graft-map-tools button { border-radius: 0; margin-left: -1px; }
.graft-map-tools button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.graft-map-tools button:last-child { border-radius: 0 4px 4px 0; }
.graft-map-tools button[aria-pressed="true"] {
  color: var(--vscode-button-foreground, #fff);
  background: var(--vscode-button-background, #0067b8);
  border-color: var(--vscode-button-background, #0067b8);
}
.vscode-high-contrast .graft-map-tools button[aria-pressed="true"] {
  color: var(--vscode-editor-background, #000);
  background: var(--vscode-editor-foreground, #fff);
  border-color: var(--vscode-editor-foreground, #fff);
}
.graft-map-body { display: flex; align-items: flex-start; }
.graft-map-body.graft-map-narrow { flex-direction: column; }
.graft-map-stage { position: relative; flex: none; line-height: 0; cursor: grab; touch-action: none; user-select: none; border-radius: 3px; }
.graft-map-stage:active { cursor: grabbing; }
.graft-map-stage[data-tool="box"], .graft-map-stage[data-tool="lasso"] { cursor: crosshair; }
.graft-map-stage canvas { display: block; }
.graft-map-over { position: absolute; left: 0; top: 0; pointer-events: none; }
.graft-map-legend {
  width: var(--graft-legend-width);
  max-height: var(--graft-map-height);
  overflow-y: auto;
  box-sizing: border-box;
  padding-left: 12px;
}
.graft-map-narrow .graft-map-legend { width: auto; max-height: 96px; display: flex; flex-wrap: wrap; padding: 6px 0 0; }
.graft-map-legend button {
  display: flex;
  align-items: center;
  gap: 7px;
  width: 100%;
  border-color: transparent;
  text-align: left;
  padding: 1px 6px;
  min-height: 22px;
}
.graft-map-narrow .graft-map-legend button { width: auto; }
.graft-map-legend svg { width: 11px; height: 11px; flex: none; }
.graft-map-name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.graft-map-count { color: ${MUTED}; font-variant-numeric: tabular-nums; }
.graft-map-legend button[aria-pressed="false"] .graft-map-name { text-decoration: line-through; }
.graft-map-legend button[aria-pressed="false"] { opacity: 0.55; }
.graft-map-scale { display: flex; gap: 8px; height: 180px; padding: 8px 6px; color: ${MUTED}; }
.graft-map-scale > div { width: 14px; border-radius: 2px; }
.graft-map-scale > span { display: flex; flex-direction: column; justify-content: space-between; font-variant-numeric: tabular-nums; }
.graft-map-hover { position: absolute; z-index: 2; pointer-events: none; line-height: 1.45; }
.graft-map-card {
  display: flex;
  gap: 10px;
  position: relative;
  max-width: 300px;
  padding: 8px 10px;
  line-height: 1.45;
  color: var(--vscode-editorHoverWidget-foreground, var(--vscode-editor-foreground));
  background: var(--vscode-editorHoverWidget-background, var(--vscode-notebook-editorBackground));
  border: 1px solid var(--vscode-contrastBorder, var(--vscode-editorHoverWidget-border, ${LINE}));
  border-radius: 4px;
}
.graft-map-hover .graft-map-card { box-shadow: 0 2px 8px var(--vscode-widget-shadow, rgba(0,0,0,0.2)); }
.graft-map-pins { display: flex; flex-wrap: wrap; gap: 8px; margin: 6px 2px 0; }
.graft-map-pins:empty { display: none; }
.graft-map-pins .graft-map-card { padding-right: 30px; }
.graft-map-pins button { position: absolute; right: 3px; top: 3px; border: 0; min-height: 20px; padding: 0 6px; }
.graft-map-picture { flex: none; image-rendering: pixelated; background-repeat: no-repeat; border-radius: 2px; }
.graft-map-label { font-weight: 600; }
.graft-map-text { white-space: pre-wrap; overflow-wrap: anywhere; }
.graft-map-wrong::before { content: "✗ "; }
.graft-map-wrong { color: var(--vscode-editorError-foreground, #c33); }
`;

import { CURVES_CSS } from "./curves/curvesControls";
import { CONFUSED_CSS } from "./confusedPairsElement";
import { MAP_CSS } from "./embedding/mapStyles";
import { SAVE_CSS } from "./save/saveToolbar";

const CSS = `
.graft-figure, .graft-problem {
  font-family: var(--vscode-font-family, system-ui, sans-serif);
  color: var(--vscode-editor-foreground);
  max-width: 1080px;
  padding: 10px 0 6px;
  box-sizing: border-box;
}
.graft-figure header { display: flex; align-items: baseline; gap: 14px; min-height: 22px; margin: 0 0 2px 2px; }
.graft-figure .graft-title { font-size: 15px; font-weight: 600; letter-spacing: -0.005em; margin: 0; line-height: 1.4; }
.graft-figure .graft-live {
  font-size: 11px;
  font-variant-numeric: tabular-nums;
  color: var(--vscode-descriptionForeground, inherit);
  white-space: nowrap;
}
.graft-figure .graft-live[hidden] { display: none; }
.graft-figure .graft-live::before {
  content: "";
  display: inline-block;
  width: 7px; height: 7px;
  margin-right: 7px;
  border-radius: 50%;
  background: var(--vscode-charts-green, #3fa266);
  animation: graft-pulse 1.6s ease-in-out infinite;
}
@keyframes graft-pulse { 50% { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { .graft-figure .graft-live::before { animation: none; } }
.graft-figure .graft-caption {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 14px;
  margin: 6px 2px 0;
  max-width: 96ch;
  font-size: 12px;
  line-height: 1.5;
  color: var(--vscode-descriptionForeground, inherit);
  font-variant-numeric: tabular-nums;
}
.graft-figure .js-plotly-plot .plotly .cursor-crosshair { cursor: default; }
.graft-figure .modebar { transition: opacity 120ms; }
.graft-table { border-collapse: collapse; margin: 10px 2px 12px; font-size: 12px; font-variant-numeric: tabular-nums; }
.graft-table th {
  text-align: left;
  font-weight: 500;
  padding: 4px 22px 6px 0;
  color: var(--vscode-descriptionForeground, inherit);
  border-bottom: 1px solid var(--vscode-widget-border, rgba(128,128,128,0.35));
  white-space: nowrap;
}
.graft-table td { padding: 4px 22px 4px 0; white-space: nowrap; background: none; border: 0; }
.graft-table tr:hover td { background: var(--vscode-list-hoverBackground, transparent); }
.graft-table .graft-group td { border-top: 1px solid var(--vscode-widget-border, rgba(128,128,128,0.25)); }
.graft-problem {
  border-left: 3px solid var(--vscode-editorError-foreground, #c33);
  padding: 8px 14px;
  font-size: 13px;
  line-height: 1.5;
}
.graft-problem div { color: var(--vscode-descriptionForeground, inherit); }
`;

export function installStyles(target: Document): void {
  const style = target.createElement("style");
  style.textContent = CSS + SAVE_CSS + CONFUSED_CSS + CURVES_CSS + MAP_CSS;
  target.head.append(style);
}

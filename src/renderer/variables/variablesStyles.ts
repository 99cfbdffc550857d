/** Colours are VS Code's own, so that the view follows the theme. */
export const variablesStyles = `
body { padding: 0; color: var(--vscode-foreground); font: var(--vscode-font-size, 13px) var(--vscode-font-family, sans-serif); }
p { margin: 0; padding: 6px 12px; }
.note { padding: 12px; color: var(--vscode-descriptionForeground); }
.tensors { border-bottom: 1px solid var(--vscode-panel-border, transparent); }
.leaks { color: var(--vscode-editorWarning-foreground); }
table { width: 100%; border-collapse: collapse; table-layout: auto; }
thead th {
  position: sticky; top: 0; z-index: 1; padding: 0; text-align: left; font-weight: 600;
  background: var(--vscode-sideBar-background, var(--vscode-editor-background));
}
thead th:last-child { padding: 4px 12px; }
button { all: unset; box-sizing: border-box; width: 100%; padding: 4px 12px; cursor: pointer; }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
button:hover { background: var(--vscode-list-hoverBackground); }
th[aria-sort=ascending] button::after { content: " ↑"; }
th[aria-sort=descending] button::after { content: " ↓"; }
tbody tr:nth-child(even) { background: color-mix(in srgb, var(--vscode-foreground) 4%, transparent); }
tbody tr:hover { background: var(--vscode-list-hoverBackground); }
tbody th, td { padding: 2px 12px; text-align: left; font-weight: normal; white-space: nowrap; }
tbody th { max-width: 24em; overflow: hidden; text-overflow: ellipsis; }
td.bytes, th.bytes button { text-align: right; font-variant-numeric: tabular-nums; }
td.shape { font-variant-numeric: tabular-nums; }
td.type, td.dtype, td.shape, td.bytes { color: var(--vscode-descriptionForeground); }
td.value {
  width: 100%; max-width: 0; overflow: hidden; text-overflow: ellipsis;
  font-family: var(--vscode-editor-font-family, monospace);
}
@media (max-width: 480px) {
  .type, .dtype, .bytes { display: none; }
  button, thead th:last-child, tbody th, td { padding-inline: 6px; }
  tbody th { max-width: 9em; }
}
.icon { display: inline-block; width: 1.6em; margin-right: 6px; text-align: center; font-size: 0.9em; }
.array, .collection { color: var(--vscode-symbolIcon-arrayForeground, inherit); }
.tensor, .model, .dataset { color: var(--vscode-symbolIcon-classForeground, var(--vscode-charts-orange)); }
.number, .boolean { color: var(--vscode-symbolIcon-variableForeground, var(--vscode-charts-blue)); }
.text { color: var(--vscode-charts-green); }
.code { color: var(--vscode-symbolIcon-functionForeground, var(--vscode-charts-purple)); }
`;

/** VS Code's own default themes, as far as a figure reads them. */
const font = { "--vscode-font-family": "'DejaVu Sans', sans-serif" };

export const themes = {
  light: {
    classes: "vscode-light",
    variables: {
      ...font,
      "--vscode-editor-foreground": "#3b3b3b",
      "--vscode-editor-background": "#ffffff",
      "--vscode-notebook-editorBackground": "#ffffff",
      "--vscode-descriptionForeground": "#5f5f5f",
      "--vscode-widget-border": "#e5e5e5",
      "--vscode-editorError-foreground": "#e51400",
      "--vscode-charts-green": "#388a34",
    },
  },
  dark: {
    classes: "vscode-dark",
    variables: {
      ...font,
      "--vscode-editor-foreground": "#cccccc",
      "--vscode-editor-background": "#1f1f1f",
      "--vscode-notebook-editorBackground": "#1f1f1f",
      "--vscode-descriptionForeground": "#9d9d9d",
      "--vscode-widget-border": "#313131",
      "--vscode-editorError-foreground": "#f14c4c",
      "--vscode-charts-green": "#89d185",
    },
  },
  "high-contrast": {
    classes: "vscode-high-contrast",
    variables: {
      ...font,
      "--vscode-editor-foreground": "#ffffff",
      "--vscode-editor-background": "#000000",
      "--vscode-notebook-editorBackground": "#000000",
      "--vscode-descriptionForeground": "#ffffff",
      "--vscode-widget-border": "#6fc3df",
      "--vscode-editorError-foreground": "#f48771",
      "--vscode-charts-green": "#89d185",
    },
  },
} as const;

export type ThemeKind = keyof typeof themes;

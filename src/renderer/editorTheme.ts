import { type FigureTheme, palettes } from "../shared/figureTheme";
import { blend, mix } from "../shared/blend";

/** The editor's theme as it is now, from the CSS variables and body classes that VS Code sets in a webview. */
export function editorTheme(): FigureTheme {
  const style = getComputedStyle(document.body);
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const kind = themeKind();
  const dark = isDark();
  const strong = kind === "high-contrast" || kind === "high-contrast-light";
  const foreground = read("--vscode-editor-foreground", dark ? "#d4d4d4" : "#24292f");
  const background = read(
    "--vscode-notebook-editorBackground",
    read("--vscode-editor-background", dark ? "#1e1e1e" : "#ffffff"),
  );
  return {
    fontFamily: read("--vscode-font-family", "system-ui, sans-serif"),
    foreground,
    muted: strong ? foreground : mix(foreground, 0.68, background),
    grid: blend(foreground, strong ? 0.32 : 0.12),
    background,
    band: blend(foreground, strong ? 0.12 : 0.045),
    ...(dark ? palettes.onDark : palettes.onLight),
    strong,
  };
}

export type ThemeKind = "light" | "dark" | "high-contrast" | "high-contrast-light";

/** VS Code puts both classes on the body in light high contrast, so that one is looked for first. */
export function themeKind(): ThemeKind {
  const classes = document.body.classList;
  if (classes.contains("vscode-high-contrast-light")) return "high-contrast-light";
  if (classes.contains("vscode-high-contrast")) return "high-contrast";
  return classes.contains("vscode-dark") ? "dark" : "light";
}

export function isDark(): boolean {
  const kind = themeKind();
  return kind === "dark" || kind === "high-contrast";
}

/** Of what a person is doing: the outline of a lasso. */
export function accentColour(): string {
  return getComputedStyle(document.body).getPropertyValue("--vscode-focusBorder").trim() || "#0078d4";
}

/** Calls `listener` once, in the next frame, for each change of theme. */
export function followTheme(listener: () => void): void {
  let scheduled = false;
  const observer = new MutationObserver(() => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      listener();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}

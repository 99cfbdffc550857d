/**
 * Colours and type of a figure. The renderer makes one from the editor's theme; outputs that can't know where they will be
 * shown (JupyterLab, GitHub) use `paperTheme`, whose colours are readable on white and on near-black.
 */
export interface FigureTheme {
  readonly fontFamily: string;
  readonly foreground: string;
  /** Secondary text: captions, tick labels. */
  readonly muted: string;
  readonly grid: string;
  /** Behind the figure; halos around text drawn over points. */
  readonly background: string;
  /** Text on a ground of `train` or `validation`. */
  readonly onColour: string;
  /** Fill of every second phase of training. */
  readonly band: string;
  readonly train: string;
  readonly validation: string;
  /** One colour a strategy in the order in which they are compared; more strategies than colours repeat them with another symbol. */
  readonly strategies: readonly string[];
  /** One colour a class; more classes than colours repeat them with another symbol. */
  readonly classes: readonly string[];
  /** Thicker strokes and no translucency, for high contrast. */
  readonly strong: boolean;
}

type Palette = Pick<FigureTheme, "train" | "validation" | "onColour" | "strategies" | "classes">;

// Two-way and three-way colours are Okabe & Ito's (jfly.uni-koeln.de/color); class colours are Petroff's ten
// (arxiv.org/abs/2107.02270), both made for colour-blind readers. Each is shifted in lightness only, to stand out from its
// background.
const onLight: Palette = {
  train: "#0072b2",
  validation: "#d55e00",
  onColour: "#ffffff",
  strategies: ["#7a7f87", "#0072b2", "#d55e00", "#4fb3b6", "#832db6", "#bd1f01", "#a96b59", "#9c9142"],
  classes: [
    "#3f90da",
    "#f09b00",
    "#bd1f01",
    "#7d8e8c",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#9c9142",
    "#4a4f60",
    "#4fb3b6",
  ],
};
const onDark: Palette = {
  train: "#56b4e9",
  validation: "#f0a030",
  onColour: "#000000",
  strategies: ["#a0a6ae", "#56b4e9", "#f0a030", "#92dadd", "#b96ae6", "#f0553a", "#c98d7b", "#cfc481"],
  classes: [
    "#5aa5ec",
    "#ffb52e",
    "#f0553a",
    "#a9b8b6",
    "#b96ae6",
    "#c98d7b",
    "#ff8434",
    "#cfc481",
    "#8d95aa",
    "#92dadd",
  ],
};
const onBoth: Palette = {
  train: "#2f8fd0",
  validation: "#e07a1f",
  onColour: "#000000",
  strategies: ["#868c95", "#2f8fd0", "#e07a1f", "#4fb3b6", "#9d4ccc", "#d63c20", "#b07563", "#a89c50"],
  classes: [
    "#3f90da",
    "#e89a10",
    "#d63c20",
    "#8a9a98",
    "#9d4ccc",
    "#b07563",
    "#ee7014",
    "#a89c50",
    "#6d7488",
    "#4fb3b6",
  ],
};

export const palettes = { onLight, onDark, onBoth } as const;

export const paperTheme: FigureTheme = {
  fontFamily: "-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
  foreground: "#7b818a",
  muted: "#868c95",
  grid: "rgba(134,140,149,0.22)",
  background: "rgba(0,0,0,0)",
  band: "rgba(134,140,149,0.09)",
  ...onBoth,
  strong: false,
};

/** The colour of the strategy at this place of a comparison. */
export function strategyColour(theme: FigureTheme, place: number): string {
  return theme.strategies[place % theme.strategies.length]!;
}

/** The colour of a class. */
export function classColour(theme: FigureTheme, index: number): string {
  return theme.classes[index % theme.classes.length]!;
}

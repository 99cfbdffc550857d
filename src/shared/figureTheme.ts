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
  /** Fill of every second phase of training. */
  readonly band: string;
  readonly train: string;
  readonly validation: string;
  readonly strategies: Readonly<Record<"scratch" | "head" | "lastN", string>>;
  /** One colour a class; more classes than colours repeat them with another symbol. */
  readonly classes: readonly string[];
  /** Thicker strokes and no translucency, for high contrast. */
  readonly strong: boolean;
}

type Palette = Pick<FigureTheme, "train" | "validation" | "strategies" | "classes">;

// Two-way and three-way colours are Okabe & Ito's (jfly.uni-koeln.de/color); class colours are Petroff's ten
// (arxiv.org/abs/2107.02270), both made for colour-blind readers. Each is shifted in lightness only, to stand out from its
// background.
const onLight: Palette = {
  train: "#0072b2",
  validation: "#d55e00",
  strategies: { scratch: "#7a7f87", head: "#0072b2", lastN: "#d55e00" },
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
  strategies: { scratch: "#a0a6ae", head: "#56b4e9", lastN: "#f0a030" },
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
  strategies: { scratch: "#868c95", head: "#2f8fd0", lastN: "#e07a1f" },
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

/** The colour of a class. */
export function classColour(theme: FigureTheme, index: number): string {
  return theme.classes[index % theme.classes.length]!;
}

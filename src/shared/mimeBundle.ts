/** One output in several representations, richest first chosen by the front end: MIME type to JSON value or text. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Graft's own figure payload, drawn by the renderer in `src/renderer`. The version is part of the type. */
export const FIGURE_MIME = "application/vnd.graft.figure.v1+json";
/** What JupyterLab draws with the Plotly extension (it comes with `pip install plotly`); without that it takes the SVG. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

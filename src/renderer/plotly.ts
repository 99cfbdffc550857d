/** Plotly with the trace types that the figures use and nothing else: its full bundle is four times as large. */
import * as Plotly from "plotly.js/lib/core";
import * as bar from "plotly.js/lib/bar";
import * as heatmap from "plotly.js/lib/heatmap";

Plotly.register([bar, heatmap]);

export { Plotly };

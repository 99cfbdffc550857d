/** Entry of the bundle that VS Code's TypeScript server loads; it takes the module itself for the plugin's factory. */
import { quietCells } from "./quietCells";

module.exports = quietCells;

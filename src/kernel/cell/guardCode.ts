/**
 * Makes code stoppable. Loop bodies and functions begin with a check of the interrupt flag, each `await` gives up when its
 * execution is abandoned, and `import()` goes through the notebook's own resolution. Shared by cells and by the modules
 * beside the notebook.
 */
import type MagicString from "magic-string";
import type { Node } from "oxc-parser";

/** Names under which compiled code reaches its runtime; the prefix is chosen so that no name of the person begins so. */
export interface RuntimeNames {
  readonly flag: string;
  readonly stop: string;
  readonly wait: string;
  readonly each: string;
  readonly load: string;
  readonly meta: string;
  /** The name that lowered syntax calls. */
  readonly babelHelpers: "babelHelpers";
}

export function runtimeNames(prefix: string): RuntimeNames {
  return {
    flag: `${prefix}flag`,
    stop: `${prefix}stop`,
    wait: `${prefix}wait`,
    each: `${prefix}each`,
    load: `${prefix}load`,
    meta: `${prefix}meta`,
    babelHelpers: "babelHelpers",
  };
}

/** A prefix like `start` for names of ours that does not occur in the code. */
export function unusedPrefix(code: string, start: "$g_" | "$k_"): string {
  let prefix: string = start;
  while (code.includes(prefix)) {
    prefix = `$${prefix}`;
  }
  return prefix;
}

/** Called for each node of a walk. */
export function guardNode(node: Node, edits: MagicString, names: RuntimeNames): void {
  const check = `if(${names.flag}[0])${names.stop}();`;
  switch (node.type) {
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement": {
      const body = node.body as Node;
      if (body.type === "BlockStatement") {
        edits.appendRight(body.start + 1, check);
      } else {
        edits.appendRight(body.start, `{${check}`);
        edits.prependLeft(body.end, "}");
      }
      if (node.type === "ForOfStatement" && node.await) {
        wrap(edits, node.right, `${names.each}(`);
      }
      break;
    }
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const body = node.body as Node;
      if (body.type === "BlockStatement") {
        edits.appendRight(body.start + 1, check);
      } else {
        edits.appendRight(body.start, `(${names.flag}[0]&&${names.stop}(),`);
        edits.prependLeft(body.end, ")");
      }
      break;
    }
    case "AwaitExpression":
      wrap(edits, node.argument, `${names.wait}(`);
      break;
    case "ImportExpression":
      edits.update(node.start, node.start + "import".length, names.load);
      break;
    case "MetaProperty":
      if (node.meta.name === "import") {
        edits.update(node.start, node.end, names.meta);
      }
      break;
    default:
      break;
  }
}

function wrap(edits: MagicString, node: Node, open: string): void {
  edits.appendRight(node.start, open);
  edits.prependLeft(node.end, ")");
}

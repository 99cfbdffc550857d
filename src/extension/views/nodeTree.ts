/**
 * A tree view of `ViewNode`s, drawn anew when they have changed, and only then: VS Code drops a click on an item that is drawn anew
 * meanwhile, and the session changes with every cell that begins or ends.
 */
import * as vscode from "vscode";
import type { KernelSession } from "../kernel/kernelSession";
import type { ShownSession } from "./shownSession";
import type { ViewNode } from "./viewNode";

/** Changes in quick succession become one drawing. */
const settleMs = 50;

export type NodesOf = (session: KernelSession) => readonly ViewNode[] | Promise<readonly ViewNode[]>;

export class NodeTree implements vscode.TreeDataProvider<ViewNode>, vscode.Disposable {
  readonly #shown: ShownSession;
  readonly #nodesOf: NodesOf;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #view: vscode.TreeView<ViewNode>;
  readonly #following: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  /** The nodes that VS Code has, as text. */
  #drawn: string | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  /** `many`: several nodes can be chosen for one action. */
  constructor(id: string, shown: ShownSession, nodesOf: NodesOf, many = false) {
    this.#shown = shown;
    this.#nodesOf = nodesOf;
    this.#view = vscode.window.createTreeView(id, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: many,
    });
    this.#following = shown.onDidChange(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#view.description = shown.name;
        void this.#drawChanges();
      }, settleMs);
    });
  }

  async getChildren(node?: ViewNode): Promise<ViewNode[]> {
    if (node !== undefined) {
      return [...(node.children ?? [])];
    }
    const nodes = await this.#nodes();
    this.#drawn = JSON.stringify(nodes);
    return [...nodes];
  }

  getTreeItem(node: ViewNode): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const children = node.children ?? [];
    const item = new vscode.TreeItem(node.label, children.length === 0 ? None : node.expanded ? Expanded : Collapsed);
    item.id = node.id;
    if (node.description !== undefined) item.description = node.description;
    if (node.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(node.tooltip);
    if (node.subject !== undefined) item.contextValue = `graft.${node.subject.kind}`;
    if (node.icon !== undefined) {
      const color = node.iconColor === undefined ? undefined : new vscode.ThemeColor(node.iconColor);
      item.iconPath = new vscode.ThemeIcon(node.icon, color);
    }
    return item;
  }

  async #drawChanges(): Promise<void> {
    if (JSON.stringify(await this.#nodes()) !== this.#drawn) this.#changed.fire();
  }

  async #nodes(): Promise<readonly ViewNode[]> {
    const { session } = this.#shown;
    return session === undefined ? [] : this.#nodesOf(session);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(this.#view, this.#following, this.#changed).dispose();
  }
}

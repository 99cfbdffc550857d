/** Puts the questions of a dialogue to the person: quick picks, input boxes and file dialogs. */
import { dirname, isAbsolute, relative, sep } from "node:path";
import * as vscode from "vscode";
import type { Choice, Dialogue, Question } from "./dialogue";

export interface Surroundings {
  /** Folder that relative paths begin at; undefined: there is none yet. */
  readonly folder: string | undefined;
  /** The kernel's files are on another machine, where no file dialog of this one can look. */
  readonly remote: boolean;
}

/** Undefined when the person has thought better of it. */
export async function converse<T>(dialogue: Dialogue<T>, surroundings: Surroundings): Promise<T | undefined> {
  let step = dialogue.next();
  while (step.done !== true) {
    const answer = await ask(step.value, surroundings);
    if (answer === undefined) {
      return undefined;
    }
    step = dialogue.next(answer);
  }
  return step.value;
}

/** Of a notebook that has been saved; one that has not been has no folder. */
export function folderOf({ uri }: vscode.NotebookDocument): string | undefined {
  return uri.scheme === "untitled" ? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath : dirname(uri.fsPath);
}

async function ask(question: Question, { folder, remote }: Surroundings): Promise<unknown> {
  switch (question.kind) {
    case "pick":
      return pickOne(question);
    case "pickMany":
      return pickSeveral(question);
    case "text": {
      const { title, prompt, value, problem } = question;
      return vscode.window.showInputBox({
        title,
        prompt,
        value,
        ignoreFocusOut: true,
        ...(problem === undefined ? {} : { validateInput: problem }),
      });
    }
    case "confirm": {
      const { message, detail, button } = question;
      const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, button);
      return answer === button ? true : undefined;
    }
    case "saveAs":
    case "openFile":
    case "openFolder": {
      if (remote) {
        return askForPath(question);
      }
      const file = await askInDialog(question, folder);
      return file === undefined ? undefined : asWritten(file.fsPath, folder);
    }
  }
}

/** The suggestion is the active item, which `showQuickPick` cannot do without moving it to the top. */
async function pickOne(question: Extract<Question, { kind: "pick" }>): Promise<unknown> {
  const picked = await pickFrom(question, (quickPick) => {
    quickPick.activeItems = quickPick.items.filter((_, index) => index === (question.suggested ?? 0));
  });
  return picked?.[0];
}

async function pickSeveral(question: Extract<Question, { kind: "pickMany" }>): Promise<unknown> {
  const picked = await pickFrom(question, (quickPick) => {
    quickPick.canSelectMany = true;
    quickPick.selectedItems = quickPick.items.filter((_, index) => question.suggested.includes(index));
  });
  return picked?.length === 0 ? undefined : picked;
}

/** Values of what is picked; undefined when it was closed. */
async function pickFrom(
  { title, placeholder, choices }: Extract<Question, { kind: "pick" | "pickMany" }>,
  suggest: (quickPick: vscode.QuickPick<vscode.QuickPickItem & Choice<unknown>>) => void,
): Promise<readonly unknown[] | undefined> {
  const quickPick = vscode.window.createQuickPick<vscode.QuickPickItem & Choice<unknown>>();
  quickPick.title = title;
  quickPick.placeholder = placeholder;
  quickPick.matchOnDescription = true;
  quickPick.matchOnDetail = true;
  quickPick.ignoreFocusOut = true;
  quickPick.items = [...choices];
  suggest(quickPick);
  try {
    return await new Promise<readonly unknown[] | undefined>((resolve) => {
      quickPick.onDidAccept(() => resolve(quickPick.selectedItems.map(({ value }) => value)));
      quickPick.onDidHide(() => resolve(undefined));
      quickPick.show();
    });
  } finally {
    quickPick.dispose();
  }
}

type PathQuestion = Extract<Question, { kind: "saveAs" | "openFile" | "openFolder" }>;

async function askInDialog(question: PathQuestion, folder: string | undefined): Promise<vscode.Uri | undefined> {
  const { title, button, extensions } = question;
  const at = folder === undefined ? undefined : vscode.Uri.file(folder);
  const filters = extensions === undefined ? {} : { filters: { [extensions.join(", ")]: [...extensions] } };
  if (question.kind === "saveAs") {
    const target = at === undefined ? undefined : vscode.Uri.joinPath(at, question.name);
    return vscode.window.showSaveDialog({
      title,
      saveLabel: button,
      ...filters,
      ...(target === undefined ? {} : { defaultUri: target }),
    });
  }
  const folders = question.kind === "openFolder";
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: button,
      canSelectFolders: folders,
      canSelectFiles: !folders,
      ...filters,
      ...(at === undefined ? {} : { defaultUri: at }),
    })) ?? [];
  return chosen;
}

function askForPath(question: PathQuestion): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: question.title,
    prompt: vscode.l10n.t("A path on the machine of the kernel, absolute or beginning at the notebook's folder"),
    value: question.kind === "saveAs" ? question.name : "",
    ignoreFocusOut: true,
  });
}

/** Below the notebook's folder relative, so that the notebook can be moved with its files; else absolute. Always with slashes. */
function asWritten(path: string, folder: string | undefined): string {
  const short = folder === undefined ? path : relative(folder, path);
  const written = short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
  return written.split(sep).join("/");
}

/**
 * Long work in a cell as a notification with a bar and a Cancel button. Cancel interrupts the cell: training stops at the
 * next step and keeps the weights it has reached. Work that is over within a moment shows nothing.
 */
import * as vscode from "vscode";
import type { ProgressUpdate } from "../../shared/labHost";
import type { KernelSession } from "../kernel/kernelSession";

const quietMs = 300;

interface Work {
  latest: ProgressUpdate;
  /** Replaced by the notification's own report once that is shown. */
  report: (update: ProgressUpdate) => void;
  readonly end: () => void;
}

/** Shows the progress of this session's cells until the session is disposed. */
export function showProgressOf(session: KernelSession, interrupt: () => Promise<void>): void {
  const running = new Map<string, Work>();
  const endAll = (): void => {
    for (const work of running.values()) {
      work.end();
    }
    running.clear();
  };
  session.onDidProgress((update) => {
    const work = running.get(update.id) ?? begin(update, interrupt);
    running.set(update.id, work);
    work.latest = update;
    work.report(update);
    if (update.fraction >= 1) {
      work.end();
      running.delete(update.id);
    }
  });
  // A cell that failed or was interrupted sends no last update.
  session.onDidChange(() => {
    if (session.kernelState !== "busy") {
      endAll();
    }
  });
}

function begin(first: ProgressUpdate, interrupt: () => Promise<void>): Work {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work: Work = { latest: first, report: () => undefined, end };
  const timer = setTimeout(() => void notify(work, ended, interrupt), quietMs);
  void ended.then(() => clearTimeout(timer));
  return work;
}

async function notify(work: Work, ended: Promise<void>, interrupt: () => Promise<void>): Promise<void> {
  const { Notification } = vscode.ProgressLocation;
  const options = { location: Notification, title: work.latest.title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    work.report = ({ fraction, detail }) => {
      const percent = Math.min(100, Math.max(0, fraction * 100));
      progress.report({ increment: Math.max(0, percent - shown), message: detail });
      shown = Math.max(shown, percent);
    };
    work.report(work.latest);
    token.onCancellationRequested(() => void interrupt());
    await ended;
  });
}

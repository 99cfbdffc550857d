/** Words for the status bar. */
import { l10n } from "vscode";
import type { EngineInfo, SessionState } from "../../shared/sessionState";
import type { KernelState } from "../kernel/kernelSession";
import type { WorkNow } from "./runningWork";

const icons: Readonly<Record<KernelState, string>> = {
  none: "$(circle-outline)",
  starting: "$(loading~spin)",
  idle: "$(pass)",
  busy: "$(loading~spin)",
  disconnected: "$(debug-disconnect)",
  dead: "$(error)",
};

const words: Readonly<Record<KernelState, () => string>> = {
  none: () => l10n.t("not started"),
  starting: () => l10n.t("starting"),
  idle: () => l10n.t("idle"),
  busy: () => l10n.t("busy"),
  disconnected: () => l10n.t("disconnected"),
  dead: () => l10n.t("ended"),
};

export interface StatusParts {
  readonly state: KernelState;
  readonly engine?: EngineInfo | undefined;
  readonly tensors?: SessionState["tensors"] | undefined;
  /** Undefined on this machine. */
  readonly server?: string | undefined;
  readonly work?: WorkNow | undefined;
}

/** `"$(pass) Graft: idle · onnxruntime + wasm · 12 tensors, 3.1 MB · on gpu-box:8888"`. Work takes the place of the word "busy". */
export function statusText({ state, engine, tensors, server, work }: StatusParts): string {
  return [
    `${icons[state]} Graft: ${work === undefined ? words[state]() : workText(work)}`,
    ...(engine === undefined ? [] : [engineName(engine)]),
    ...(tensors === undefined || tensors.count === 0 ? [] : [tensorText(tensors)]),
    ...(server === undefined ? [] : [l10n.t("on {0}", server)]),
  ].join(" · ");
}

/** `"Training 45 %, 8 s left"`. */
function workText({ title, fraction, secondsLeft }: WorkNow): string {
  const percent = Math.floor(100 * fraction);
  return secondsLeft === undefined
    ? l10n.t("{0} {1} %", title, percent)
    : l10n.t("{0} {1} %, {2} left", title, percent, timeText(secondsLeft));
}

/** `"8 s"`, `"12 min"`. */
export function timeText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}

/** `"12 tensors, 3.1 MB"`. */
export function tensorText({ count, bytes }: NonNullable<SessionState["tensors"]>): string {
  return count === 1
    ? l10n.t("1 tensor, {0}", bytesText(bytes))
    : l10n.t("{0} tensors, {1}", count.toLocaleString("en"), bytesText(bytes));
}

/** `"812 bytes"`, `"46.9 MB"`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return l10n.t("{0} bytes", bytes);
  const [unit, size] =
    bytes < 1e6 ? (["kB", 1e3] as const) : bytes < 1e9 ? (["MB", 1e6] as const) : (["GB", 1e9] as const);
  const scaled = bytes / size;
  return `${scaled < 100 ? scaled.toFixed(1) : Math.round(scaled)} ${unit}`;
}

/** The engines without their versions: `"onnxruntime + tfjs-node"`. */
export function engineName({ training, tensors, native }: EngineInfo): string {
  return `${training.split(" ")[0] ?? training} + ${native ? "tfjs-node" : (tensors.split(" ")[0] ?? tensors)}`;
}

/** Lines that explain the engines, in Markdown. */
export function engineLines({ training, tensors, native }: EngineInfo): readonly string[] {
  return [
    l10n.t("**Training and frozen layers:** {0}", training),
    l10n.t("**Tensors in cells** (`@tensorflow/tfjs`): {0}", tensors),
    ...(native
      ? []
      : [
          l10n.t(
            "The native tensor engine is not installed. Everything works without it; tensor code of your own is slower. **Graft: Install Native Engine** gets it; then restart the kernel.",
          ),
        ]),
  ];
}

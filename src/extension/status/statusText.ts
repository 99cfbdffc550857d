/** Words for the status bar, free of VS Code so that they can be tested as they are. */
import type { EngineInfo } from "../../shared/sessionState";
import type { KernelState } from "../kernel/kernelSession";

const icons: Readonly<Record<KernelState, string>> = {
  none: "$(circle-outline)",
  starting: "$(loading~spin)",
  idle: "$(pass)",
  busy: "$(loading~spin)",
  disconnected: "$(debug-disconnect)",
  dead: "$(error)",
};

const words: Readonly<Record<KernelState, string>> = {
  none: "not started",
  starting: "starting",
  idle: "idle",
  busy: "busy",
  disconnected: "disconnected",
  dead: "ended",
};

/** `"$(pass) Graft: idle · onnxruntime + wasm · on gpu-box:8888"`. `server`: undefined on this machine. */
export function statusText(state: KernelState, engine: EngineInfo | undefined, server?: string): string {
  const engines = engine === undefined ? [] : [engineName(engine)];
  const where = server === undefined ? [] : [`on ${server}`];
  return [`${icons[state]} Graft: ${words[state]}`, ...engines, ...where].join(" · ");
}

/** The engines without their versions: `"onnxruntime + tfjs-node"`. */
export function engineName({ training, tensors, native }: EngineInfo): string {
  return `${training.split(" ")[0] ?? training} + ${native ? "tfjs-node" : (tensors.split(" ")[0] ?? tensors)}`;
}

/** Lines that explain the engines, in Markdown. */
export function engineLines({ training, tensors, native }: EngineInfo): readonly string[] {
  return [
    `**Training and frozen layers:** ${training}`,
    `**Tensors in cells** (\`@tensorflow/tfjs\`): ${tensors}`,
    ...(native
      ? []
      : [
          "The native tensor engine is not installed. Everything works without it; tensor code of your own is slower. " +
            "Run `npm run setup:native` in Graft's folder, then restart the kernel.",
        ]),
  ];
}

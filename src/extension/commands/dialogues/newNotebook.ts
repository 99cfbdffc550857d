import { l10n } from "vscode";
import { askFile, askText, type Dialogue, pick } from "../dialogue";
import {
  classNames,
  clothes,
  type DataCells,
  folderOfImages,
  idxFiles,
  npzFile,
  shippedDigits,
  textTable,
} from "../plans/dataCells";
import { classNamesProblem, columnProblem } from "./inputProblems";

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
        label: l10n.t("A folder of your images…"),
        description: l10n.t("JPEG, PNG, WebP, …; a sub folder for each class"),
        detail: l10n.t("Each is decoded once. The backbone for photographs is downloaded once"),
        value: ownFolder,
      },
      {
        label: l10n.t("A table of your texts…"),
        description: l10n.t("CSV or JSON Lines, with a column of texts and one of classes"),
        detail: l10n.t("The sentence encoder is downloaded once"),
        value: ownTexts,
      },
      {
        label: l10n.t("Your own npz file…"),
        description: l10n.t("arrays of numpy, as MedMNIST has them"),
        value: ownNpzFile,
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

function* ownFolder(): Dialogue<DataCells> {
  const title = l10n.t("Which folder has the folders of the classes?");
  return folderOfImages(yield* askFile("openFolder", { title, button: l10n.t("Choose") }));
}

function* ownTexts(): Dialogue<DataCells> {
  const title = l10n.t("Which table has the texts?");
  const file = yield* askFile("openFile", { title, button: l10n.t("Choose"), extensions: ["csv", "jsonl", "ndjson"] });
  const column = (question: string, value: string): Dialogue<string> =>
    askText({
      title: question,
      prompt: l10n.t("As the first line of a CSV file names it, or the objects of a JSON Lines file do."),
      value,
      problem: columnProblem,
    });
  const texts = yield* column(l10n.t("Column of the texts"), "text");
  return textTable(file, texts, yield* column(l10n.t("Column of the classes"), "label"));
}

function* ownNpzFile(): Dialogue<DataCells> {
  const title = l10n.t("Which npz file?");
  const file = yield* askFile("openFile", { title, button: l10n.t("Choose"), extensions: ["npz"] });
  const arrays = yield* pick<"split" | "whole">({
    title: l10n.t("Which arrays has it?"),
    choices: [
      {
        label: l10n.t("Parts of their own"),
        description: "train_images, train_labels, test_images, test_labels",
        value: "split",
      },
      { label: l10n.t("One of images, one of labels"), description: "images, labels", value: "whole" },
    ],
  });
  return npzFile(file, yield* askClassNames(), arrays);
}

function* ownIdxFiles(): Dialogue<DataCells> {
  const button = l10n.t("Choose");
  const images = yield* askFile("openFile", { title: l10n.t("Which idx file has the images?"), button });
  const labels = yield* askFile("openFile", { title: l10n.t("Which idx file has their labels?"), button });
  return idxFiles(images, labels, yield* askClassNames());
}

function* askClassNames(): Dialogue<readonly string[]> {
  const names = yield* askText({
    title: l10n.t("Names of the classes"),
    prompt: l10n.t("In the order of the labels, with commas between them: label 0 is the first."),
    value: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    problem: classNamesProblem,
  });
  return classNames(names);
}

import type { EmbeddingPictures } from "../../shared/figures/embeddingFigure";
import type { MapPoints } from "./mapPoints";

/** Longer side of a picture on a card. */
const PICTURE_PX = 84;

/** What is known of one point: its picture or text, label, prediction, loss, split, place in the dataset. */
export function pointCard(map: MapPoints, row: number, pictures: EmbeddingPictures | undefined): HTMLElement {
  const card = document.createElement("div");
  card.className = "graft-map-card";
  card.dataset.example = String(map.indices[row]);
  const place = map.pictures.get(row);
  if (pictures !== undefined && place !== undefined) card.append(pictureElement(pictures, place));
  const words = document.createElement("div");
  const label = map.classes[map.labels[row]!]!;
  words.append(line(label, "graft-map-label"));
  const text = map.texts?.[row];
  if (text !== undefined && text !== "") words.append(line(text, "graft-map-text"));
  if (map.predictions !== undefined) {
    const { classes, confidence, loss } = map.predictions;
    const right = classes[row] === map.labels[row];
    const said = `${right ? "predicted so" : `predicted ${map.classes[classes[row]!]!}`}, ${Math.round(100 * confidence[row]!)} %`;
    words.append(line(said, right ? "" : "graft-map-wrong"), line(`loss ${Number(loss[row]!.toPrecision(3))}`));
  }
  const split = map.splits === undefined ? "" : `${map.splitNames[map.splits[row]!] ?? ""}, `;
  words.append(line(`${split}example ${map.indices[row]!}`));
  card.append(words);
  return card;
}

function line(text: string, className = ""): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}

function pictureElement({ image, width, height, columns }: EmbeddingPictures, place: number): HTMLElement {
  const scale = PICTURE_PX / Math.max(width, height);
  const picture = document.createElement("div");
  picture.className = "graft-map-picture";
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", "the example");
  Object.assign(picture.style, {
    width: `${width * scale}px`,
    height: `${height * scale}px`,
    backgroundImage: `url("${image}")`,
    backgroundSize: `${columns * width * scale}px auto`,
    backgroundPosition: `${-(place % columns) * width * scale}px ${-Math.floor(place / columns) * height * scale}px`,
  });
  return picture;
}

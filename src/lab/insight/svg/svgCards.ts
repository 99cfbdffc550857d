import { type Card, cardLayout } from "../../../shared/cardLayout";
import type { Figure } from "../../../shared/figure";
import { figureCaption } from "../../../shared/figureCaption";
import { text, theme, titled, WIDTH } from "./svgParts";

/** Examples as pictures or beginnings of their text, each with its words below. */
export function svgCards(figure: Figure, cards: readonly Card[]): string {
  const { placed, height } = cardLayout(cards, WIDTH - 8);
  const body = placed.flatMap(({ card, x, y, width, height: down, text: inside, lines }) => {
    const { picture } = card.example;
    const box = `x="${x + 4}" y="${y}" width="${width}" height="${down}"`;
    return [
      picture?.kind === "image"
        ? `<image href="${picture.image}" ${box}/>`
        : `<rect ${box} fill="${theme.band}" stroke="${theme.grid}"/>`,
      ...inside.map((line) => text(line.x + 4, line.y + 4, line.text, { size: 11.5, fill: theme.foreground })),
      ...lines.map((line, place) =>
        line.right === undefined
          ? text(line.x + 4, line.y + 4, line.text, { fill: place === 0 ? theme.foreground : theme.muted })
          : text(line.x + 4, line.y + 4, `${line.right ? "✓" : "✗"} ${line.text}`, {
              ...{ size: 11.5, weight: 600, fill: line.right ? theme.train : theme.validation },
            }),
      ),
    ];
  });
  return titled(figure.title, figureCaption(figure), height + 12, body);
}

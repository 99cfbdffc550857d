import type { LrFinderFigure } from "../../../shared/figures/lrFinderFigure";
import { sparkline } from "../sparkline";

export function lrFinderLines({ losses }: LrFinderFigure): string[] {
  const lowest = Math.min(...losses);
  return [`  loss  ${sparkline(losses, 50)}  ${losses[0]!.toFixed(2)} → ${lowest.toFixed(2)} at its lowest`];
}

import type { PointPainter } from "./painter";
import { RasterPainter } from "./rasterPainter";
import { hasGraphicsCard, WebGlPainter } from "./webGlPainter";

export function newPainter(): PointPainter {
  return hasGraphicsCard() ? new WebGlPainter() : new RasterPainter();
}

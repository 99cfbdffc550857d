import {
  type BufferInfo,
  createBufferInfoFromArrays,
  createProgramInfo,
  drawBufferInfo,
  type ProgramInfo,
  setBuffersAndAttributes,
  setUniforms,
} from "twgl.js";
import { FAINT_OPACITY, LEVEL, type Looks, type PointPainter, type Scene, STRONG_SIZE } from "./painter";

const VERTEX = `#version 300 es
in vec3 position;
in vec4 colour;
in vec2 look;
uniform mat4 matrix;
uniform float diameter;
uniform float level;
uniform vec2 depths;
uniform vec3 background;
flat out vec4 shade;
flat out int shape;
flat out float radius;
void main() {
  gl_Position = look.y == level ? matrix * vec4(position, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  float scale = 1.0;
  float fog = 0.0;
  if (depths.y > 0.0) {
    scale = clamp((depths.x + depths.y) / 2.0 / gl_Position.w, 0.4, 3.0);
    fog = 0.6 * clamp((gl_Position.w - depths.x) / (depths.y - depths.x), 0.0, 1.0);
  }
  float size = diameter * scale * (level == ${LEVEL.strong}.0 ? ${STRONG_SIZE} : 1.0);
  gl_PointSize = size + 2.0;
  radius = size / 2.0;
  shape = int(look.x);
  shade = vec4(mix(colour.rgb, background, fog), level == ${LEVEL.faint}.0 ? ${FAINT_OPACITY} * colour.a : colour.a);
}`;

// The shapes of pointShapes.ts.
const FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 shade;
flat in int shape;
flat in float radius;
out vec4 pixel;
float inside(vec2 p) {
  vec2 q = abs(p);
  if (shape == 1) return q.x + q.y - 1.1;
  if (shape == 2) return max(q.x, q.y) - 0.82;
  if (shape == 3) return max(p.y - 0.7, 0.87 * q.x - 0.5 * p.y - 0.5);
  if (shape == 4) return max(min(q.x, q.y) - 0.34, max(q.x, q.y) - 0.95);
  if (shape == 5) return length(p) - (0.72 + 0.28 * cos(5.0 * atan(p.x, -p.y)));
  return length(p) - 1.0;
}
void main() {
  vec2 p = (2.0 * gl_PointCoord - 1.0) * (radius + 1.0) / radius;
  float opacity = shade.a * clamp(0.5 - inside(p) * radius, 0.0, 1.0);
  if (opacity < 0.02) discard;
  pixel = vec4(shade.rgb, opacity);
}`;

interface Shared {
  readonly gl: WebGL2RenderingContext;
  readonly program: ProgramInfo;
}

/** One context for all maps of the page: browsers take the oldest away beyond sixteen. */
let shared: Shared | undefined;

function sharedContext(): Shared | undefined {
  if (shared?.gl.isContextLost() === true) shared = undefined;
  if (shared !== undefined) return shared;
  const gl = document.createElement("canvas").getContext("webgl2", { antialias: false });
  return gl === null ? undefined : (shared = { gl, program: createProgramInfo(gl, [VERTEX, FRAGMENT]) });
}

/** False where WebGL is missing, or the processor would have to compute it. */
export function hasGraphicsCard(): boolean {
  const gl = sharedContext()?.gl;
  if (gl === undefined) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(names === null ? gl.RENDERER : names.UNMASKED_RENDERER_WEBGL));
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

/** Draws on the graphics card and copies the picture to the map's own canvas. */
export class WebGlPainter implements PointPainter {
  readonly name = "webgl";
  #points = new Float32Array();
  #dims: 2 | 3 = 2;
  #looks: Looks | undefined;
  #on: Shared | undefined;
  #buffers: BufferInfo | undefined;

  setPoints(points: Float32Array, dims: 2 | 3): void {
    this.#free();
    this.#points = points as Float32Array<ArrayBuffer>;
    this.#dims = dims;
  }

  setLooks(looks: Looks): void {
    this.#free();
    this.#looks = looks;
  }

  paint(target: CanvasRenderingContext2D, scene: Scene): void {
    const on = sharedContext();
    const looks = this.#looks;
    if (on === undefined || looks === undefined) return;
    const { gl, program } = on;
    const { width, height, depths = [0, 0] } = scene;
    if (gl.canvas.width !== width || gl.canvas.height !== height) Object.assign(gl.canvas, { width, height });
    const background = scene.background.map((value) => value / 255);
    gl.viewport(0, 0, width, height);
    gl.clearColor(background[0]!, background[1]!, background[2]!, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE);
    if (scene.depths === undefined) gl.disable(gl.DEPTH_TEST);
    else gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.useProgram(program.program);
    const buffers = this.#uploaded(on, looks);
    setBuffersAndAttributes(gl, program, buffers);
    for (const level of [LEVEL.faint, LEVEL.plain, LEVEL.strong]) {
      if (!looks.levels.includes(level)) continue;
      // What stands out lies over the rest, wherever it is.
      gl.clear(gl.DEPTH_BUFFER_BIT);
      setUniforms(program, { matrix: scene.matrix, diameter: scene.diameter, level, depths, background });
      drawBufferInfo(gl, buffers, gl.POINTS);
    }
    target.drawImage(gl.canvas, 0, 0);
  }

  dispose(): void {
    this.#free();
  }

  #uploaded(on: Shared, { colours, shapes, levels }: Looks): BufferInfo {
    if (this.#on === on && this.#buffers !== undefined) return this.#buffers;
    const look = new Uint8Array(2 * shapes.length);
    for (let i = 0; i < shapes.length; i++) {
      look[2 * i] = shapes[i]!;
      look[2 * i + 1] = levels[i]!;
    }
    this.#on = on;
    return (this.#buffers = createBufferInfoFromArrays(on.gl, {
      position: { numComponents: this.#dims, data: this.#points },
      colour: { numComponents: 4, data: colours, normalize: true },
      look: { numComponents: 2, data: look, normalize: false },
    }));
  }

  #free(): void {
    const { gl } = this.#on ?? {};
    if (gl !== undefined && this.#buffers !== undefined) {
      for (const { buffer } of Object.values(this.#buffers.attribs ?? {})) gl.deleteBuffer(buffer);
    }
    this.#buffers = undefined;
  }
}

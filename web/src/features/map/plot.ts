/** Draws points with WebGL: one buffer of places, one of colours, one call. No React. */
import { EDGE, type Points } from './points';

/** What part of the map is on the screen: the map's numbers at the middle, and how large. */
export interface View {
  readonly x: number;
  readonly y: number;
  /** Pixels of the screen for each number of the map. */
  readonly scale: number;
}

/** All of the map, with a margin. */
export function whole(width: number, height: number): View {
  const scale = Math.max(1e-6, (Math.min(width, height) - 32) / EDGE);
  return { x: EDGE / 2, y: EDGE / 2, scale };
}

/** Where a place of the screen lies on the map. */
export const toMap = (view: View, width: number, height: number, x: number, y: number) =>
  [view.x + (x - width / 2) / view.scale, view.y + (y - height / 2) / view.scale] as const;

/** Larger or smaller, while the place under the pointer stays. */
export function zoomed(
  view: View,
  width: number,
  height: number,
  x: number,
  y: number,
  factor: number,
): View {
  const least = whole(width, height).scale;
  const scale = Math.min(least * 200, Math.max(least * 0.8, view.scale * factor));
  const [mapX, mapY] = toMap(view, width, height, x, y);
  return {
    x: mapX - (x - width / 2) / scale,
    y: mapY - (y - height / 2) / scale,
    scale,
  };
}

/** A place of the screen. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Two fingers: what lay between them stays between them, and grows as they part. */
export function pinched(
  view: View,
  width: number,
  height: number,
  was: readonly [Spot, Spot],
  is: readonly [Spot, Spot],
): View {
  const middle = ([a, b]: readonly [Spot, Spot]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const spread = ([a, b]: readonly [Spot, Spot]) => Math.hypot(a.x - b.x, a.y - b.y);
  const [from, to] = [middle(was), middle(is)];
  const moved = {
    ...view,
    x: view.x - (to.x - from.x) / view.scale,
    y: view.y - (to.y - from.y) / view.scale,
  };
  return zoomed(moved, width, height, to.x, to.y, spread(is) / Math.max(1, spread(was)));
}

const VERTEX = `
attribute vec2 place;
attribute vec4 colour;
uniform vec2 middle;
uniform vec2 reach;
uniform float size;
varying vec4 shade;
void main() {
  gl_Position = vec4((place - middle) * reach, 0.0, 1.0);
  gl_PointSize = size;
  shade = colour;
}`;

const FRAGMENT = `
precision mediump float;
varying vec4 shade;
void main() {
  vec2 from = gl_PointCoord - 0.5;
  float edge = 1.0 - smoothstep(0.38, 0.5, length(from));
  gl_FragColor = vec4(shade.rgb, shade.a * edge);
}`;

function compiled(gl: WebGLRenderingContext, kind: number, text: string): WebGLShader {
  const shader = gl.createShader(kind) as WebGLShader;
  gl.shaderSource(shader, text);
  gl.compileShader(shader);
  return shader;
}

export class Plot {
  readonly #gl: WebGLRenderingContext;
  readonly #program: WebGLProgram;
  readonly #places: WebGLBuffer;
  readonly #colours: WebGLBuffer;
  #count = 0;

  /** Nothing where the browser has no WebGL. */
  static on(canvas: HTMLCanvasElement): Plot | null {
    const gl = canvas.getContext('webgl', { antialias: false, premultipliedAlpha: false });
    return gl ? new Plot(gl) : null;
  }

  private constructor(gl: WebGLRenderingContext) {
    this.#gl = gl;
    const program = gl.createProgram() as WebGLProgram;
    gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    this.#program = program;
    this.#places = gl.createBuffer() as WebGLBuffer;
    this.#colours = gl.createBuffer() as WebGLBuffer;
  }

  put(points: Points) {
    const gl = this.#gl;
    const places = new Uint16Array(points.count * 2);
    for (let row = 0; row < points.count; row += 1) {
      places[row * 2] = points.x[row] as number;
      places[row * 2 + 1] = points.y[row] as number;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
    this.#count = points.count;
  }

  colour(bytes: Uint8Array) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#colours);
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.STATIC_DRAW);
  }

  draw(view: View, width: number, height: number, ratio: number) {
    const gl = this.#gl;
    gl.viewport(0, 0, Math.round(width * ratio), Math.round(height * ratio));
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL calls it so, and it is no hook
    gl.useProgram(this.#program);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const place = gl.getAttribLocation(this.#program, 'place');
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 2, gl.UNSIGNED_SHORT, false, 0, 0);
    const colour = gl.getAttribLocation(this.#program, 'colour');
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#colours);
    gl.enableVertexAttribArray(colour);
    gl.vertexAttribPointer(colour, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    const at = (name: string) => gl.getUniformLocation(this.#program, name);
    gl.uniform2f(at('middle'), view.x, view.y);
    gl.uniform2f(at('reach'), (2 * view.scale) / width, (-2 * view.scale) / height);
    // Points grow while one goes nearer, and are smaller where there are many.
    const near = Math.sqrt(view.scale / whole(width, height).scale);
    const usual = Math.max(2.2, Math.min(9, 300 / Math.sqrt(this.#count)));
    gl.uniform1f(at('size'), Math.min(16, usual * near) * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#count);
  }

  close() {
    this.#gl.deleteBuffer(this.#places);
    this.#gl.deleteBuffer(this.#colours);
    this.#gl.deleteProgram(this.#program);
  }
}

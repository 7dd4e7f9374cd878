// Small made-up landscapes as PNG, so that the mock needs no files.
import { deflateSync } from 'node:zlib';

export const SCENES = 96;
const SHAPES = [1.5, 1.5, 1.333, 0.75, 1, 1.778, 0.667, 1.5];

export const sceneShape = (scene) => SHAPES[scene % SHAPES.length];

const hsl = (h, s, l) => {
  const a = s * Math.min(l, 1 - l);
  const f = (n) => {
    const k = (n + h / 30) % 12;
    return Math.round(255 * (l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [f(0), f(8), f(4)];
};

const mix = (a, b, t) => a.map((v, k) => v + (b[k] - v) * t);

function palette(scene) {
  const hue = (scene * 137.5) % 360;
  const light = 0.35 + 0.4 * ((scene * 0.618) % 1);
  return {
    top: hsl(hue, 0.5, light),
    low: hsl((hue + 40) % 360, 0.55, Math.min(0.85, light + 0.2)),
    far: hsl((hue + 160) % 360, 0.25, light * 0.7),
    near: hsl((hue + 190) % 360, 0.35, light * 0.4),
    sun: hsl((hue + 60) % 360, 0.9, 0.8),
  };
}

export function sceneRgb(scene) {
  const { top, low, far, near } = palette(scene);
  const [r, g, b] = [0, 1, 2].map((k) => Math.round((top[k] + low[k] + far[k] + near[k]) / 4));
  return (r << 16) | (g << 8) | b;
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}

function png(width, height, pixel) {
  const raw = Buffer.alloc(height * (width * 3 + 1));
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    raw[at++] = 0;
    for (let x = 0; x < width; x += 1) {
      const colour = pixel(x / width, y / height);
      for (let k = 0; k < 3; k += 1) raw[at++] = Math.max(0, Math.min(255, colour[k]));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(raw, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const made = new Map();

export function picture(scene, long) {
  const key = `${scene} ${long}`;
  const known = made.get(key);
  if (known) return known;
  const shape = sceneShape(scene);
  const [width, height] =
    shape >= 1 ? [long, Math.round(long / shape)] : [Math.round(long * shape), long];
  const { top, low, far, near, sun } = palette(scene);
  const [sx, sy, p] = [
    0.2 + 0.6 * ((scene * 0.37) % 1),
    0.2 + 0.25 * ((scene * 0.71) % 1),
    scene * 1.7,
  ];
  const bytes = png(width, height, (x, y) => {
    const ridge = 0.55 + 0.08 * Math.sin(6 * x + p) + 0.03 * Math.sin(23 * x + p * 2);
    const hill = 0.74 + 0.07 * Math.sin(4 * x + p * 3) + 0.02 * Math.sin(31 * x + p);
    const grain = ((Math.sin((x * 911 + y * 733 + p) * 97) * 43758.5) % 1) * 7;
    let colour = mix(top, low, y / 0.6);
    const off = Math.hypot((x - sx) * shape, y - sy);
    if (off < 0.09) colour = mix(sun, colour, Math.max(0, (off - 0.075) / 0.015));
    if (y > ridge) colour = mix(far, low, Math.max(0, 0.35 - (y - ridge) * 2));
    if (y > hill) colour = mix(near, far, Math.max(0, 0.3 - (y - hill)));
    return colour.map((v) => v + grain);
  });
  made.set(key, bytes);
  return bytes;
}

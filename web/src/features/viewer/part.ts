/** A box on a picture, in its own pixels; and the part of the picture inside it. */
import type { Extent, Zoom } from './zoom';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point of the window, from its middle, as a place on the picture. */
export function onPicture(
  point: { x: number; y: number },
  zoom: Zoom,
  picture: Extent,
): { x: number; y: number } {
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  return {
    x: clamp((point.x - zoom.x) / zoom.scale + picture.width / 2, picture.width),
    y: clamp((point.y - zoom.y) / zoom.scale + picture.height / 2, picture.height),
  };
}

/** The box between two corners, in whole pixels. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Box {
  const x = Math.floor(Math.min(a.x, b.x));
  const y = Math.floor(Math.min(a.y, b.y));
  return {
    x,
    y,
    width: Math.ceil(Math.max(a.x, b.x)) - x,
    height: Math.ceil(Math.max(a.y, b.y)) - y,
  };
}

/** Sides below this are a slip of the hand. */
export const SIDE_MIN = 8;

/** Longest side of what is sent to be searched with: the model looks at far less. */
const SIDE_MAX = 1024;

/** The part of a picture inside a box; `source` is its address. */
export async function cutOut(source: string, picture: Extent, box: Box): Promise<Blob> {
  const answer = await fetch(source, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`the picture could not be read (status ${answer.status})`);
  const bitmap = await createImageBitmap(await answer.blob());
  // What is shown may be smaller than the original.
  const ratio = bitmap.width / picture.width;
  const scale = Math.min(1, SIDE_MAX / (Math.max(box.width, box.height) * ratio)) * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(box.width * scale));
  canvas.height = Math.max(1, Math.round(box.height * scale));
  const { x, y, width, height } = box;
  canvas
    .getContext('2d')
    ?.drawImage(
      bitmap,
      x * ratio,
      y * ratio,
      width * ratio,
      height * ratio,
      0,
      0,
      canvas.width,
      canvas.height,
    );
  bitmap.close();
  return new Promise((done, failed) => {
    canvas.toBlob((blob) =>
      blob ? done(blob) : failed(new Error('this browser could not cut the part out')),
    );
  });
}

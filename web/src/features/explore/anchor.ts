/** Searching with a picture that is not in the dataset: sending it, and knowing it again. */
import { ApiError, send } from '../../api/client';

/** Side of the small pictures that are kept, in pixels. */
const SIDE = 96;
const KEPT = 24;
const KEY = 'lamina-searched-with';

type Kept = [id: string, picture: string][];

function kept(): Kept {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(found) ? (found as Kept) : [];
  } catch {
    // Storage may be forbidden or hold something else; chips then show an icon.
    return [];
  }
}

/** What an uploaded picture looked like, where this browser sent it. The server keeps no pixels. */
export const pictureOf = (id: string): string | null =>
  kept().find(([known]) => known === id)?.[1] ?? null;

function keep(id: string, picture: string) {
  try {
    const others = kept().filter(([known]) => known !== id);
    localStorage.setItem(KEY, JSON.stringify([[id, picture], ...others].slice(0, KEPT)));
  } catch {
    // See `kept`.
  }
}

/** A small square of a picture; nothing where this browser cannot read it. */
async function small(file: Blob): Promise<string | null> {
  try {
    const bitmap = await createImageBitmap(file);
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement('canvas');
    canvas.width = SIDE;
    canvas.height = SIDE;
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, SIDE, SIDE);
    bitmap.close();
    return canvas.toDataURL('image/jpeg', 0.8);
  } catch {
    return null;
  }
}

interface Anchor {
  anchor_media_id: string;
}

/** Sends a picture; gives what `like` says in the address. */
export async function searchWith(datasetId: string, file: Blob): Promise<string> {
  if (file.type !== '' && !file.type.startsWith('image/')) {
    throw new ApiError(0, 'no_picture', 'this is no picture; drop a JPEG, PNG, WebP …', null);
  }
  const form = new FormData();
  form.append('file', file, file instanceof File ? file.name : 'part.png');
  const path = `/dataset/${datasetId}/search-image-similarity`;
  const [found, picture] = await Promise.all([
    send<Anchor>('POST', path, form, { entity_type: 'IMAGES' }),
    small(file),
  ]);
  if (picture) keep(found.anchor_media_id, picture);
  return `upload:${found.anchor_media_id}`;
}

/** The first file of something dropped or pasted. */
export const fileIn = (data: DataTransfer | null): File | null =>
  [...(data?.files ?? [])].find((file) => file.type.startsWith('image/')) ?? data?.files[0] ?? null;

/** Whether what is dragged over the page holds files. */
export const holdsFiles = (data: DataTransfer | null) => data?.types.includes('Files') ?? false;

/** Zoom and pan of one picture in one window, as numbers. */

export interface Zoom {
  /** Screen pixels for one picture pixel. */
  readonly scale: number;
  /** Where the middle of the picture is, from the middle of the window, in screen pixels. */
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Largest magnification: one picture pixel is 16 screen pixels. */
const SCALE_MAX = 16;

/** The whole picture, never larger than it is. */
export function whole(picture: Extent, view: Extent): Zoom {
  const scale = Math.min(view.width / picture.width, view.height / picture.height, 1);
  return { scale, x: 0, y: 0 };
}

/** No side of the picture may come further in than its own edge of the window. */
export function confine(zoom: Zoom, picture: Extent, view: Extent): Zoom {
  const spareX = Math.max(0, (picture.width * zoom.scale - view.width) / 2);
  const spareY = Math.max(0, (picture.height * zoom.scale - view.height) / 2);
  return {
    scale: zoom.scale,
    x: Math.min(Math.max(zoom.x, -spareX), spareX),
    y: Math.min(Math.max(zoom.y, -spareY), spareY),
  };
}

/** Scales by `factor`; what lies under the point (from the middle of the window) stays there. */
export function zoomAt(
  zoom: Zoom,
  factor: number,
  point: { x: number; y: number },
  picture: Extent,
  view: Extent,
): Zoom {
  const least = Math.min(whole(picture, view).scale, 1);
  const scale = Math.min(Math.max(zoom.scale * factor, least), SCALE_MAX);
  const ratio = scale / zoom.scale;
  return confine(
    {
      scale,
      x: point.x - (point.x - zoom.x) * ratio,
      y: point.y - (point.y - zoom.y) * ratio,
    },
    picture,
    view,
  );
}

export function pan(zoom: Zoom, dx: number, dy: number, picture: Extent, view: Extent): Zoom {
  return confine({ scale: zoom.scale, x: zoom.x + dx, y: zoom.y + dy }, picture, view);
}

import type { ObjectBox } from '../../api/types';

/** How high the letters of a label are on the screen. */
const LABEL_PX = 14;

/** As much of a label as so many pixels of the screen hold. */
export function fitting(label: string, width: number): string {
  const most = Math.max(8, Math.floor(width / (LABEL_PX * 0.6)));
  const letters = [...label];
  return letters.length <= most ? label : `${letters.slice(0, most - 1).join('')}…`;
}

/** Boxes over a picture, in its pixels, with their labels; one of them may be pointed out. */
export function Boxes({
  boxes,
  picture,
  scale,
  chosen,
}: {
  boxes: readonly ObjectBox[];
  picture: { width: number; height: number };
  /** Pixels of the screen for one of the picture. */
  scale: number;
  chosen?: string | undefined;
}) {
  // As large on the screen whatever the picture's size, in its pixels.
  const size = LABEL_PX / scale;
  const pointed = boxes.some((one) => one.object_id === chosen);
  // The last is drawn over all others.
  const ordered = [...boxes].sort(
    (a, b) => Number(a.object_id === chosen) - Number(b.object_id === chosen),
  );
  return (
    <g data-boxes>
      {ordered.map(({ object_id, label, bbox: [x, y, width, height] }) => {
        const own = object_id === chosen;
        // Towards the inside, where the label would leave the picture.
        const ends = x > picture.width * 0.75;
        // Dark below light, to be seen on any picture.
        const looks = own
          ? ['stroke-black/70 [stroke-width:6]', 'stroke-accent [stroke-width:4]']
          : ['stroke-black/60 [stroke-width:4]', 'stroke-white [stroke-width:2]'];
        return (
          <g
            key={object_id}
            data-chosen={own || undefined}
            className={pointed && !own ? 'opacity-50' : ''}
          >
            {looks.map((look) => (
              <rect
                key={look}
                x={x}
                y={y}
                width={width}
                height={height}
                fill="none"
                vectorEffect="non-scaling-stroke"
                className={look}
              />
            ))}
            <text
              x={ends ? Math.min(x + width, picture.width) - size / 4 : x + size / 4}
              textAnchor={ends ? 'end' : 'start'}
              y={Math.max(size, y - size / 3)}
              fontSize={size}
              paintOrder="stroke"
              strokeWidth={size / 5}
              className="fill-white stroke-black/70 font-semibold"
            >
              {fitting(label, (ends ? x + width : picture.width - x) * scale)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

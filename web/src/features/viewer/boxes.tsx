import type { ObjectBox } from '../../api/types';

/** Boxes over a picture, in its pixels, with their labels; one of them may be pointed out. */
export function Boxes({
  boxes,
  picture,
  chosen,
}: {
  boxes: readonly ObjectBox[];
  picture: { width: number; height: number };
  chosen?: string | undefined;
}) {
  // In pixels of the picture, which is shown smaller on a phone.
  const size = Math.max(picture.width, picture.height) / (window.innerWidth < 640 ? 28 : 50);
  const pointed = boxes.some((one) => one.object_id === chosen);
  // The last is drawn over all others.
  const ordered = [...boxes].sort(
    (a, b) => Number(a.object_id === chosen) - Number(b.object_id === chosen),
  );
  return (
    <g data-boxes>
      {ordered.map(({ object_id, label, bbox: [x, y, width, height] }) => {
        const own = object_id === chosen;
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
              x={x + size / 4}
              y={Math.max(size, y - size / 3)}
              fontSize={size}
              paintOrder="stroke"
              strokeWidth={size / 5}
              className="fill-white stroke-black/70 font-semibold"
            >
              {label}
            </text>
          </g>
        );
      })}
    </g>
  );
}

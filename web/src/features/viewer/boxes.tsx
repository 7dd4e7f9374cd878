import type { ObjectBox } from '../../api/types';

/** Boxes over a picture, in its pixels, with their labels. */
export function Boxes({
  boxes,
  picture,
}: {
  boxes: readonly ObjectBox[];
  picture: { width: number; height: number };
}) {
  const size = Math.max(picture.width, picture.height) / 55;
  return (
    <g data-boxes>
      {boxes.map(({ object_id, label, bbox: [x, y, width, height] }) => (
        <g key={object_id}>
          {/* Dark below light, to be seen on any picture. */}
          {['stroke-black/60 [stroke-width:4]', 'stroke-white [stroke-width:2]'].map((look) => (
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
      ))}
    </g>
  );
}

/** The mark of Lamina: three sheets. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <path d="M16 4 29 11 16 18 3 11Z" className="fill-accent" />
      <g fill="none" strokeWidth="2.4" strokeLinejoin="round" className="stroke-accent">
        <path d="m4 16 12 6.5L28 16" strokeOpacity=".75" />
        <path d="m4 21 12 6.5L28 21" strokeOpacity=".45" />
      </g>
    </svg>
  );
}

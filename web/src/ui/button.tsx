import { Tooltip } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactNode } from 'react';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent-fill text-white font-semibold hover:bg-accent-fill-hover',
  plain: 'border border-line bg-raised hover:bg-hover',
  quiet: 'text-soft hover:bg-hover hover:text-ink',
  danger: 'bg-failed-fill text-white font-semibold hover:brightness-95',
};

/** The classes of a button, for links that look like one. */
export const buttonLook = (look: Look = 'plain') => `control ${LOOKS[look]}`;

export function Button({
  look = 'plain',
  className = '',
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { look?: Look }) {
  return <button type={type} className={`${buttonLook(look)} ${className}`} {...rest} />;
}

/** A picture for a button, whose words show on hover and are read out. */
export function IconButton({
  label,
  className = '',
  children,
  ...rest
}: Omit<ComponentProps<'button'>, 'type'> & { label: string }) {
  return (
    <Hint text={label}>
      <button
        type="button"
        aria-label={label}
        className={`inline-flex size-8 shrink-0 items-center justify-center rounded-control text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-accent-wash aria-pressed:text-accent-ink ${className}`}
        {...rest}
      >
        {children}
      </button>
    </Hint>
  );
}

/** A small word beside whatever has the pointer. */
export function Hint({
  text,
  side = 'bottom',
  children,
}: {
  text: ReactNode;
  side?: 'bottom' | 'right' | 'top';
  children: React.ReactElement<Record<string, unknown>>;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={side} sideOffset={6} className="z-50">
          <Tooltip.Popup className="max-w-[280px] rounded-control bg-ink px-2 py-1 text-12 text-canvas shadow-popup">
            {text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

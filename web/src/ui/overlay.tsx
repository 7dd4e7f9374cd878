import { Dialog as Base } from '@base-ui/react/dialog';
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Popover as BasePopover } from '@base-ui/react/popover';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** A question over the page. Focus stays inside, Esc closes it and nothing else. */
export function Dialog({
  open,
  onClose,
  title,
  about,
  wide = false,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  about?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <Base.Root open={open} onOpenChange={(now) => now || onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          data-overlay
          className={`fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-hidden rounded-card bg-raised shadow-popup transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0 ${wide ? 'max-w-[960px]' : 'max-w-[520px]'}`}
        >
          <div className="pt-4 pr-14 pl-5">
            <div>
              <Base.Title className="text-16 font-semibold">{title}</Base.Title>
              {about && (
                <Base.Description className="mt-1 text-13 text-soft">{about}</Base.Description>
              )}
            </div>
          </div>
          <div className="overflow-auto px-5 pt-3 pb-5">{children}</div>
          {/* Last, so that what the dialog asks for has the focus first. */}
          <Base.Close
            aria-label="Close"
            className="absolute top-3 right-3 inline-flex size-8 shrink-0 items-center justify-center rounded-control text-soft hover:bg-hover hover:text-ink"
          >
            <X size={16} />
          </Base.Close>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A list of things to do, behind a button. */
export function Menu({
  button,
  children,
}: {
  button: React.ReactElement<Record<string, unknown>>;
  children: ReactNode;
}) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={button} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end" className="z-40 outline-none">
          <BaseMenu.Popup className="min-w-[180px] rounded-control bg-raised p-1 shadow-popup outline-none">
            {children}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** Something to set, beside the button that opens it. Esc closes it and nothing else. */
export function Popover({
  button,
  title,
  children,
}: {
  button: React.ReactElement<Record<string, unknown>>;
  title: string;
  children: ReactNode;
}) {
  return (
    <BasePopover.Root>
      <BasePopover.Trigger render={button} />
      <BasePopover.Portal>
        <BasePopover.Positioner sideOffset={6} align="start" className="z-40">
          <BasePopover.Popup
            data-overlay
            className="w-[264px] rounded-card bg-raised p-3 shadow-popup outline-none"
          >
            <BasePopover.Title className="mb-2 text-13 font-semibold">{title}</BasePopover.Title>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}

const ITEM =
  'flex h-8 w-full cursor-pointer items-center gap-2 rounded-[4px] px-2 text-13 outline-none select-none data-highlighted:bg-hover';

export function MenuItem({
  onClick,
  danger = false,
  children,
}: {
  onClick: () => void;
  danger?: boolean;
  children: ReactNode;
}) {
  return (
    <BaseMenu.Item onClick={onClick} className={`${ITEM} ${danger ? 'text-failed' : ''}`}>
      {children}
    </BaseMenu.Item>
  );
}

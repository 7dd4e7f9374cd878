import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { words } from './error';

const manager = Toast.createToastManager();

/** Says something at the lower edge; `undo` gives it a button. */
export function say(title: string, undo?: { label: string; act: () => void }) {
  manager.add({
    title,
    timeout: undo ? 10_000 : 5_000,
    ...(undo ? { actionProps: { children: undo.label, onClick: undo.act } } : {}),
  });
}

/** Says that something did not work, and why. */
export function sayFault(what: string, cause: unknown) {
  manager.add({ title: what, description: words(cause), priority: 'high', timeout: 15_000 });
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="w-full rounded-control bg-ink text-canvas shadow-popup transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-center gap-3 py-2 pr-2 pl-4">
        <div className="min-w-0 grow py-1">
          <Toast.Title className="text-13 font-semibold" />
          <Toast.Description className="text-13 wrap-anywhere opacity-85" />
        </div>
        <Toast.Action className="h-7 shrink-0 rounded-[4px] px-2 text-13 font-semibold underline underline-offset-2 hover:opacity-80" />
        <Toast.Close
          aria-label="Close"
          className="inline-flex size-7 shrink-0 items-center justify-center rounded-[4px] hover:opacity-70"
        >
          <X size={14} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-16 left-4 z-50 mx-auto flex max-w-[440px] flex-col gap-2">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

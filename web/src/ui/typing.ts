/** True when a key belongs to a field, a menu or a dialog and not to the page. */
export function typing(target: EventTarget | null): boolean {
  if (document.querySelector('[data-overlay]')) return true;
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=range]), textarea, select, [contenteditable], [role=menu]') !==
      null
  );
}

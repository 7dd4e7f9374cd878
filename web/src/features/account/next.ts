/** Only addresses of this app: whoever makes a link must not send people elsewhere after sign-in. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}

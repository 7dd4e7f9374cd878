/** `Firefox on Linux` out of a user agent; the text itself when it is none of the usual ones. */
export function deviceOf(agent: string): string {
  const browser = [
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([part]) => agent.includes(part as string))?.[1];
  const system = [
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Android', 'Android'],
    ['Windows', 'Windows'],
    ['Mac OS X', 'macOS'],
    ['Linux', 'Linux'],
  ].find(([part]) => agent.includes(part as string))?.[1];
  if (!browser) return agent.slice(0, 40) || 'unknown';
  return system ? `${browser} on ${system}` : browser;
}

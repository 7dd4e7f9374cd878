import { describe, expect, it } from 'vitest';
import { type Deed, may, mayCreate } from './may';

const ALL: readonly Deed[] = [
  'mark',
  'resolve',
  'index',
  'save',
  'rename',
  'stop',
  'share',
  'delete',
];

describe('what one may do', () => {
  it('is nothing for viewers, and for anybody whose role is not known', () => {
    expect(ALL.filter((deed) => may('viewer', deed))).toEqual([]);
    expect(ALL.filter((deed) => may(undefined, deed))).toEqual([]);
  });

  it('is all but sharing and deleting for editors, and all for owners', () => {
    expect(ALL.filter((deed) => !may('editor', deed))).toEqual(['share', 'delete']);
    expect(ALL.filter((deed) => !may('owner', deed))).toEqual([]);
  });

  it('is making datasets for all but viewers of the workspace', () => {
    const roles = ['admin', 'editor', 'viewer'] as const;
    expect(roles.map((role) => mayCreate(true, { role }))).toEqual([true, true, false]);
    expect(mayCreate(true, null)).toBe(false);
    expect(mayCreate(false, null)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { fault, isMaking, queryString } from './client';

describe('a query', () => {
  it('repeats lists and leaves nothing out but nothing', () => {
    expect(queryString({ issue: ['blur', 'dark'], q: 'a b&c', cluster: null, offset: 0 })).toBe(
      '?issue=blur&issue=dark&q=a+b%26c&offset=0',
    );
    expect(queryString({ q: '' })).toBe('');
  });
});

describe('an error', () => {
  it('keeps the words, the code and the request id of the server', () => {
    const body = { detail: 'dataset not found: x', code: 'dataset_not_found', request_id: 'r1' };
    const error = fault(404, body, null);
    expect([error.message, error.code, error.requestId, error.status]).toEqual([
      'dataset not found: x',
      'dataset_not_found',
      'r1',
      404,
    ]);
  });

  it('reads the list of a malformed request', () => {
    const detail = [{ loc: ['query', 'limit'], msg: 'must be at most 1000', type: 'value' }];
    const both = fault(422, { detail, message: 'query.limit: must be at most 1000' }, null);
    expect(both.message).toBe('limit: must be at most 1000');
    expect(fault(422, { detail }, 'r2').message).toBe('limit: must be at most 1000');
  });

  it('says so when the server said nothing', () => {
    expect(fault(502, null, null).message).toContain('502');
  });

  it('is told apart from work that is still going on', () => {
    expect(isMaking(fault(202, null, null))).toBe(true);
    expect(isMaking(fault(503, { detail: 'busy', code: 'busy' }, null))).toBe(true);
    expect(isMaking(fault(503, '<html>no upstream</html>', null))).toBe(false);
    expect(isMaking(fault(500, null, null))).toBe(false);
  });
});

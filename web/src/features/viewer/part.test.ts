import { describe, expect, it } from 'vitest';
import { between, onPicture } from './part';
import { whole } from './zoom';

describe('a box on a picture', () => {
  const picture = { width: 400, height: 200 };

  it('is found where the pointer is, whatever the zoom', () => {
    const fitted = whole(picture, { width: 200, height: 200 });
    expect(onPicture({ x: 0, y: 0 }, fitted, picture)).toEqual({ x: 200, y: 100 });
    expect(onPicture({ x: -100, y: -50 }, fitted, picture)).toEqual({ x: 0, y: 0 });
    // Beyond the edge of the picture.
    expect(onPicture({ x: 0, y: -99 }, fitted, picture)).toEqual({ x: 200, y: 0 });
    const near = { scale: 4, x: 40, y: 0 };
    expect(onPicture({ x: 40, y: 8 }, near, picture)).toEqual({ x: 200, y: 102 });
  });

  it('has whole pixels, from whichever corner it was drawn', () => {
    const box = { x: 10, y: 20, width: 31, height: 11 };
    expect(between({ x: 10.4, y: 20.2 }, { x: 40.1, y: 30.5 })).toEqual(box);
    expect(between({ x: 40.1, y: 30.5 }, { x: 10.4, y: 20.2 })).toEqual(box);
  });
});

import fc from 'fast-check';
import { oneLine, pad, printable, shorten, widthOf, wrap } from '../../../cli/output/text';

describe('text for a terminal', () => {
  it.each([
    ['orders', 6],
    ['注文', 4],
    ['e\u0301', 1],
    ['😀', 2],
    ['', 0],
  ])('%j takes %i columns', (text, width) => expect(widthOf(text)).toBe(width));

  it('shortens with an ellipsis and never beyond the width', () => {
    expect(shorten('public.orders', 8)).toBe('public.…');
    expect(shorten('注文注文', 5)).toBe('注文…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, width) => widthOf(shorten(text, width)) <= width),
    );
  });

  it('pads to the width, on either side', () => {
    expect(pad('7', 3, 'right')).toBe('  7');
    expect(pad('注', 3)).toBe('注 ');
  });

  it('shows control characters instead of sending them to the terminal', () => {
    expect(printable('a\u001b[2Jb\u0007\u202e')).toBe('a\\x1b[2Jb\\x07\\x202e');
    expect(oneLine(' a\n\tb ')).toBe('a b');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(printable(text)),
      ),
    );
  });

  it('wraps at spaces', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('a-word-that-is-too-long x', 5)).toEqual(['a-word-that-is-too-long', 'x']);
  });
});

import fc from 'fast-check';
import { mergeLines } from '../../../config/line-merge';

const lines = fc
  .array(fc.constantFrom('a', 'b', '  a', '# c', '', 'a: { b }'), { maxLength: 12 })
  .map((list) => list.join('\n'));

describe('laying a change over a text', () => {
  it('gives the text back when nothing changed, however it was written', () => {
    fc.assert(fc.property(lines, lines, (own, before) => expect(mergeLines(own, before, before)).toBe(own)));
  });

  it('gives the changed text where the text was written as the change takes it', () => {
    fc.assert(fc.property(lines, lines, (own, after) => expect(mergeLines(own, own, after)).toBe(after)));
  });

  it('keeps blanks and comments of lines that did not change', () => {
    const own = 'a: {b:  1}   # why\n\nc:\n  -   1\nd: 4';
    const before = 'a: { b: 1 } # why\n\nc:\n  - 1\nd: 4';
    expect(mergeLines(own, before, before.replace('4', '5'))).toBe(own.replace('4', '5'));
    expect(mergeLines(own, before, `${before}\ne: 6`)).toBe(`${own}\ne: 6`);
    expect(mergeLines(own, before, before.replace('b: 1', 'b: 2'))).toBe(own.replace('{b:  1}   #', '{ b: 2 } #'));
  });
});

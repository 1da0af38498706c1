import fc from 'fast-check';
import { fillTemplate, PLACEHOLDERS, templateProblems } from '../../../../core/notify/template';

describe('placeholders', () => {
  it.each([
    ['{{set}} to {{ to }}', []],
    ['no placeholder, { one } brace and }', []],
    ['{{sett}}', [expect.stringContaining('`{{sett}}`, which stands for nothing. Did you mean set or ')]],
    ['{{zzzzzzzz}}', [expect.stringContaining('Known are event, set')]],
    ['{{}}', [expect.stringContaining('stands for nothing')]],
    ['{{constructor}}', [expect.stringContaining('stands for nothing')]],
    ['{{set}', [expect.stringContaining('is no placeholder')]],
    ['set}}', [expect.stringContaining('is no placeholder')]],
    ['{{a}} {{b}}', [expect.anything(), expect.anything()]],
  ])('%s', (text, problems) => {
    expect(templateProblems(text)).toEqual(problems);
  });

  it('are filled in once: what a value says is never read as one', () => {
    expect(fillTemplate('{{set}} {{ set }}|{{to}}', { set: '{{to}} $& $1', to: 'uat' })).toBe(
      '{{to}} $& $1 {{to}} $& $1|uat',
    );
  });

  it('leave all other text as it is', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('{{')),
        fc.string(),
        (text, value) => {
          expect(fillTemplate(`${text}{{set}}`, { set: value })).toBe(text + value);
        },
      ),
    );
  });

  it('each say what they stand for', () => {
    for (const [name, meaning] of Object.entries(PLACEHOLDERS)) {
      expect(templateProblems(`{{${name}}}`)).toEqual([]);
      expect(meaning.length).toBeGreaterThan(5);
    }
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { renderCliReference } from '../../../cli/reference';

describe('docs/cli.md', () => {
  it('says what the commands say (`dev/write-docs.ts` writes it anew)', () => {
    expect(readFileSync(join(__dirname, '../../../docs/cli.md'), 'utf8')).toBe(renderCliReference(COMMANDS, NOUNS));
  });

  it.each(COMMANDS.map((command) => [command.path.join(' '), command] as const))(
    'has a line and an example for %s',
    (name, { summary, examples }) => {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(examples.length).toBeGreaterThan(0);
      for (const [line] of examples) expect(line.startsWith(name)).toBe(true);
    },
  );

  it('describes every noun', () => {
    const used = new Set(COMMANDS.filter(({ path }) => path.length === 2).map(({ path }) => path[0]));
    expect(Object.keys(NOUNS).sort()).toEqual([...used].sort());
  });
});

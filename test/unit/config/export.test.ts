import fc from 'fast-check';
import { join } from 'node:path';
import { exportDocument, importDocument } from '../../../config/export';
import { loadConfig, parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { anyConfig } from './arbitrary-config';
import { errorOf, folderWith, SOUND } from './files';

describe.each(['yaml', 'json'] as const)('export as %s', (format) => {
  it('imports as the same configuration', () => {
    fc.assert(
      fc.property(anyConfig, (document) => {
        const stored = redact(parseDocument(document));
        expect(importDocument(exportDocument(stored, format))).toEqual(stored);
      }),
    );
  });

  it('loads from a file as the same configuration', () => {
    fc.assert(
      fc.property(anyConfig, (document) => {
        const stored = redact(parseDocument(document));
        const file = join(folderWith({ a: exportDocument(stored, format) }), 'a');
        expect(loadConfig(file, { env: {} }).config).toEqual(stored);
      }),
      { numRuns: 25 },
    );
  });

  it('holds no secret even when it is given one', () => {
    const text = exportDocument(
      { version: 1, environments: { a: { kind: 'postgres', host: 'h', database: 'd', password: 'hunter2' } } },
      format,
    );
    expect(text).not.toContain('hunter2');
    expect(text).toContain('$secret');
  });
});

describe('import', () => {
  it('checks what it reads, and names the line', () => {
    const error = errorOf(() => importDocument(`${SOUND}    verfy: none\n`, 'upload.yaml'));
    expect(error.problems).toEqual([
      expect.objectContaining({ file: 'upload.yaml', line: 10, path: 'transferSets.daily.verfy' }),
    ]);
  });

  it('does not fill in variables of the process that imports', () => {
    const error = errorOf(() => importDocument(`${SOUND}    description: \${HOME}\n`));
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      place: { line: 10, path: 'transferSets.daily.description' },
    });
  });

  it('takes no other files along', () => {
    expect(errorOf(() => importDocument(`${SOUND}extends: /etc/passwd\n`)).message).toContain(
      '`extends` is not known here',
    );
  });

  it.each(['', 'a: b: c', '- 1'])('refuses %j', (text) => {
    expect(errorOf(() => importDocument(text)).code).toMatch(/^CONFIG_/);
  });
});

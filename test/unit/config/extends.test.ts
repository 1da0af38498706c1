import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { errorOf, folderWith, SOUND } from './files';

const load = (files: Record<string, string>, env: Record<string, string> = {}) => {
  const folder = folderWith(files);
  return { folder, run: () => loadConfig(join(folder, 'a.yaml'), { env }) };
};

describe('extends', () => {
  it('merges maps, replaces lists and values, and removes with null', () => {
    const { run } = load({
      'a.yaml':
        'extends: base/b.yaml\ntransferSets:\n  daily: { tables: [sales.lines], verify: counts, description: null }\n',
      'base/b.yaml': `${SOUND}    description: gone\n    publish: table\n`,
    });
    const set = run().config.transferSets['daily'];
    expect(set).toMatchObject({ from: 'prod', tables: ['sales.lines'], verify: 'counts', publish: 'table' });
    expect(set).not.toHaveProperty('description');
  });

  it('lays several files over one another in order, each relative to its own folder, and lists them', () => {
    const { run, folder } = load({
      'a.yaml': 'extends: [b.yaml, sub/c.yaml]\nstaging: { minFreeBytes: 3GB }\n',
      'b.yaml': `${SOUND}staging: { path: b, minFreeBytes: 1GB }\n`,
      'sub/c.yaml': 'extends: d.yaml\nstaging: { path: c }\n',
      'sub/d.yaml': 'staging: { path: d, minFreeBytes: 2GB }\nworker: { threads: 4 }\n',
    });
    const { config, files } = run();
    expect(config).toMatchObject({ staging: { path: 'c', minFreeBytes: '3GB' }, worker: { threads: 4 } });
    expect(files).toEqual(['a.yaml', 'b.yaml', 'sub/c.yaml', 'sub/d.yaml'].map((name) => join(folder, name)));
  });

  it('takes a file that is extended twice for no circle', () => {
    const { run } = load({
      'a.yaml': 'extends: [b.yaml, c.yaml]\n',
      'b.yaml': 'extends: base.yaml\n',
      'c.yaml': 'extends: base.yaml\n',
      'base.yaml': SOUND,
    });
    expect(run().config.version).toBe(1);
  });

  it('fills in references to variables', () => {
    const { run } = load({ 'a.yaml': 'extends: ${STAGE}.yaml\n', 'test.yaml': SOUND }, { STAGE: 'test' });
    expect(run().config.version).toBe(1);
  });

  it('names the file and line that say what is wrong, whichever file that is', () => {
    const { run, folder } = load({
      'a.yaml': 'extends: b.yaml\ntransferSets:\n  daily:\n    verfy: none\n',
      'b.yaml': `${SOUND}    publsh: set\n`,
    });
    const problems = errorOf(run).problems?.map(({ file, line, path }) => `${file}:${line} ${path}`);
    expect(problems?.toSorted()).toEqual([
      `${join(folder, 'a.yaml')}:4 transferSets.daily.verfy`,
      `${join(folder, 'b.yaml')}:10 transferSets.daily.publsh`,
    ]);
  });

  it('reports the syntax errors of all files together', () => {
    const { run, folder } = load({
      'a.yaml': 'extends: [b.yaml, c.yaml]\n',
      'b.yaml': 'a: b: c\n',
      'c.yaml': 'x: 1\nx: 2\n',
    });
    expect(errorOf(run).problems?.map(({ file, line }) => `${file}:${line}`)).toEqual([
      `${join(folder, 'b.yaml')}:1`,
      `${join(folder, 'c.yaml')}:2`,
    ]);
  });

  it.each([
    ['itself', { 'a.yaml': 'extends: a.yaml\n' }, 'a.yaml', 1, 'a.yaml → '],
    [
      'a file that extends it',
      { 'a.yaml': 'extends: b.yaml\n', 'b.yaml': 'version: 1\nextends: [c.yaml]\n', 'c.yaml': '\nextends: ./b.yaml\n' },
      'c.yaml',
      2,
      'b.yaml → ',
    ],
  ])('is CONFIG_EXTENDS_CYCLE when a file extends %s', (_what, files, file, line, chain) => {
    const { run, folder } = load(files);
    expect(errorOf(run)).toMatchObject({
      code: 'CONFIG_EXTENDS_CYCLE',
      message: expect.stringContaining(chain),
      place: { file: join(folder, file), line, path: 'extends' },
    });
  });

  it('sees through links', () => {
    const { run, folder } = load({ 'a.yaml': 'extends: link.yaml\n' });
    symlinkSync(join(folder, 'a.yaml'), join(folder, 'link.yaml'));
    expect(errorOf(run).code).toBe('CONFIG_EXTENDS_CYCLE');
  });

  it('says where a file is extended that does not exist', () => {
    const { run, folder } = load({ 'a.yaml': `${SOUND}extends:\n  - none.yaml\n` });
    expect(errorOf(run)).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `${join(folder, 'none.yaml')} does not exist.`,
      place: { file: join(folder, 'a.yaml'), line: 11, path: 'extends' },
    });
  });

  it.each([
    'extends: 5\n',
    'extends: [[a]]\n',
    'extends:\n',
    'extends: { a: b }\n',
    'extends: ${NOT_SET}.yaml\n',
    'extends: ${x\n',
  ])('refuses %j', (text) => {
    const { run } = load({ 'a.yaml': SOUND + text });
    expect(errorOf(run)).toMatchObject({ place: { line: 10, path: 'extends' } });
  });
});

import { parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { resolveSettings } from '../../../config/settings';
import { errorOf } from './files';

describe('settings of Longshore itself', () => {
  it('have defaults, in bytes and milliseconds', () => {
    expect(resolveSettings(parseDocument({ version: 1 }), {}, { baseDir: '/srv' })).toEqual({
      temporal: { address: '127.0.0.1:7233', namespace: 'default' },
      staging: { path: '/srv/.longshore/staging', minFreeBytes: 1e9 },
      worker: { parallelActivities: 8, memoryLimit: '400000000B', shutdownGraceMs: 10_000 },
    });
  });

  it('fill in references and make files absolute', () => {
    const config = parseDocument({
      version: 1,
      temporal: {
        address: '${T}:7233',
        namespace: '${NS}',
        apiKey: '${env:KEY}',
        tls: { caFile: 'certs/ca.pem', keyFile: '/k.pem' },
      },
      catalog: { url: 'postgres://u:${PW}@h/longshore' },
      staging: { path: '/data', minFreeBytes: '2GiB' },
      worker: { threads: 3, memoryLimit: 1024, shutdownGrace: '1m30s' },
    });
    expect(resolveSettings(config, { T: 'temporal', NS: '123', KEY: 'k', PW: 'p' }, { baseDir: '/srv' })).toEqual({
      temporal: {
        address: 'temporal:7233',
        namespace: '123',
        apiKey: 'k',
        tls: { caFile: '/srv/certs/ca.pem', keyFile: '/k.pem' },
      },
      catalog: { url: 'postgres://u:p@h/longshore' },
      staging: { path: '/data', minFreeBytes: 2 ** 31 },
      worker: { parallelActivities: 8, threads: 3, memoryLimit: '1024B', shutdownGraceMs: 90_000 },
    });
  });

  it.each([
    ['true', true],
    ['false', false],
  ])('take TLS from a variable: %s', (TLS, tls) => {
    expect(resolveSettings(parseDocument({ version: 1, temporal: { tls: '${TLS}' } }), { TLS }).temporal.tls).toBe(tls);
  });

  it('look secrets up that a stored configuration left behind', () => {
    const own = parseDocument({
      version: 1,
      temporal: { apiKey: 'hunter2' },
      catalog: { url: 'postgres://u:hunter2@h/d' },
    });
    const stored = parseDocument(JSON.parse(JSON.stringify(redact(own))));
    expect(resolveSettings(stored, {}, { own })).toMatchObject({
      temporal: { apiKey: 'hunter2' },
      catalog: { url: 'postgres://u:hunter2@h/d' },
    });
    expect(errorOf(() => resolveSettings(stored, {})).code).toBe('SECRET_MISSING');
  });

  it.each([
    ['SECRET_MISSING', 'temporal.apiKey', { temporal: { apiKey: '${KEY}' } }],
    ['CONFIG_INVALID', 'catalog.url', { catalog: { url: '${BAD}' } }],
    ['CONFIG_INVALID', 'temporal.tls', { temporal: { tls: '${BAD}' } }],
  ])('are %s at %s, without the value', (code, path, part) => {
    const error = errorOf(() => resolveSettings(parseDocument({ version: 1, ...part }), { BAD: 'hunter2' }));
    expect(error).toMatchObject({ code, place: { path } });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });
});

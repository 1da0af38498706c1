import fc from 'fast-check';
import { parseDocument } from '../../../config/load';
import { redactDocument } from '../../../config/redact';
import { redact } from '../../../config/secrets';
import { isPostgresUrl } from '../../../config/connection-url';

const secretOf = (path: string) => ({ $secret: path });

describe('redacting', () => {
  it.each([
    ['hunter2', true],
    ['${env:PW}', false],
    ['${PW}', false],
    ['${file:/run/secrets/pw}', false],
    ['${A}${B}', false],
    ['${A}hunter2', true],
    ['${env:PW:-hunter2}', true],
    ['$${hunter2}', true],
    ['${hunter2', true],
  ])('takes the password %s out: %s', (password, isTaken) => {
    const document = redactDocument({ environments: { 'my-db': { password, user: 'me' } } });
    expect(document).toEqual({
      environments: { 'my-db': { password: isTaken ? secretOf('environments.my-db.password') : password, user: 'me' } },
    });
  });

  it.each([
    ['postgres://h/d', false],
    ['postgres://me@h/d', false],
    ['postgres://me:@h/d', false],
    ['postgres://me:${PW}@h/d', false],
    ['postgres://${U}:${PW}@${H}/d?sslmode=require', false],
    ['${env:URL}', false],
    ['postgres://h/d?password=${PW}', false],
    ['postgres://me:hunter2@h/d', true],
    ['postgresql://me:hun@ter2@h/d', true],
    ['postgres://me:hun/ter2@h/d', true],
    ['postgres://me:${PW}hunter2@h/d', true],
    ['postgres://me:${PW:-hunter2}@h/d', true],
    ['${env:URL:-postgres://me:hunter2@h/d}', true],
    ['postgres://h/d?user=me&password=hunter2', true],
    ['postgres://h/d?sslpassword=hunter2', true],
    ['host=h user=me password=hunter2', true],
    ['me:hunter2@h/d', true],
  ])('takes the URL %s out: %s', (url, isTaken) => {
    expect(redactDocument({ environments: { a: { url } }, catalog: { url } })).toEqual({
      environments: { a: { url: isTaken ? secretOf('environments.a.url') : url } },
      catalog: { url: isTaken ? secretOf('catalog.url') : url },
    });
  });

  it('takes an API key out, and leaves everything else', () => {
    const document = {
      temporal: { apiKey: 'hunter2', address: 'a:1' },
      transferSets: { a: { description: 'hunter2', password: 'x' } },
    };
    expect(redactDocument(document)).toEqual({
      ...document,
      temporal: { apiKey: secretOf('temporal.apiKey'), address: 'a:1' },
    });
  });

  it('redacts what is redacted already to itself', () => {
    const once = redactDocument({ environments: { a: { password: 'hunter2' } } });
    expect(redactDocument(once)).toEqual(once);
  });

  it('leaves no secret that is written out anywhere in the stored document', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9!$&'()*+,;=@/ ?#"{}-]{8,20}$/).map((text) => `S3CR3T${text}`);
    const around = fc.constantFrom('', '${PW}', 'x');
    const url = fc
      .tuple(secret, around)
      .map(([text, before]) => `postgres://user:${before}${encodeURIComponent(text)}@host:5432/db`)
      .filter(isPostgresUrl);
    fc.assert(
      fc.property(secret, around, url, secret, url, (password, before, environmentUrl, apiKey, catalogUrl) => {
        const config = parseDocument({
          version: 1,
          environments: {
            a: { kind: 'postgres', host: 'h', database: 'd', password: before + password },
            b: { kind: 'postgres', url: environmentUrl },
            c: { kind: 'postgres', host: 'h', database: 'd', password: `\${env:X:-${password.replaceAll('}', '')}}` },
          },
          temporal: { apiKey },
          catalog: { url: catalogUrl },
        });
        const stored = JSON.stringify(redact(config));
        expect(stored).not.toContain('S3CR3T');
        expect(parseDocument(JSON.parse(stored))).toEqual(redact(config));
      }),
    );
  });
});

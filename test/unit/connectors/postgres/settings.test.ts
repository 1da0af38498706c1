import { connectionSettings } from '../../../../connectors/postgres/settings';
import { postgresEnvironment } from '../../../../schemas/environment';

const settings = (given: object) => connectionSettings(postgresEnvironment.parse({ kind: 'postgres', ...given }));

describe('connection settings', () => {
  test('come from a URL, percent-encoding undone', () => {
    expect(settings({ url: 'postgresql://lo%40der:p%2Fw%3F@db.example:5433/my%20shop?sslmode=disable' })).toEqual({
      host: 'db.example',
      port: 5433,
      user: 'lo@der',
      password: 'p/w?',
      database: 'my shop',
      ssl: [false],
    });
  });

  test('parts beside the URL win', () => {
    expect(
      settings({ url: 'postgresql://a:b@one/x?sslmode=disable', host: 'two', password: 'c', database: 'y' }),
    ).toMatchObject({ host: 'two', user: 'a', password: 'c', database: 'y' });
  });

  test.each([
    ['disable', [false]],
    ['prefer', [{ rejectUnauthorized: false }, false]],
    ['require', [{ rejectUnauthorized: false }]],
    ['verify-ca', [{ checkServerIdentity: expect.any(Function) }]],
    ['verify-full', [{}]],
  ])('sslmode=%s means what libpq means by it', (mode, attempts) => {
    expect(settings({ host: 'h', ssl: mode }).ssl).toEqual(attempts);
    expect(settings({ url: `postgresql://u@h/d?sslmode=${mode}&application_name=x` }).ssl).toEqual(attempts);
  });

  test('ssl: true verifies, and nothing said prefers encryption', () => {
    expect(settings({ host: 'h', ssl: true }).ssl).toEqual([{}]);
    expect(settings({ host: 'h' }).ssl).toHaveLength(2);
  });

  test('a URL that cannot be read is refused without being shown', () => {
    const read = () => settings({ url: 'postgresql://user:secret@host:port/x' });
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(read).not.toThrow(/secret/);
    expect(() => settings({ url: 'postgresql://u@h/d?sslmode=sometimes' })).toThrow(/sometimes/);
  });
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';

const EXAMPLES = join(__dirname, '../../../examples');

describe.each(readdirSync(EXAMPLES))('the example %s', (name) => {
  const load = () => loadConfig(join(EXAMPLES, name, 'longshore.yaml'), { env: {}, strict: true });

  it('is sound; all it lacks is the secrets of a machine', () => {
    expect(load().warnings.filter(({ code }) => code !== 'SECRET_MISSING')).toEqual([]);
  });

  it('has no secret written out in it', () => {
    const { config } = load();
    expect(redact(config)).toEqual(config);
  });
});

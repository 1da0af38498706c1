import { z } from 'zod';
import { configFileSchema } from '../../../schemas/config';
import { createCommand } from '../../core/create-command';

export const configSchemaCommand = createCommand({
  path: ['config', 'schema'],
  summary: 'Print the JSON Schema of the configuration',
  details:
    'For editors: save it and name it in the first line of the file, `# yaml-language-server: $schema=longshore.schema.json`.',
  args: {},
  options: {},
  examples: [['config schema > longshore.schema.json', 'save it']],
  async run(context) {
    const schema = z.toJSONSchema(configFileSchema, { io: 'input' });
    context.io.out(`${JSON.stringify({ title: 'Longshore configuration', ...schema }, null, 2)}\n`);
  },
});

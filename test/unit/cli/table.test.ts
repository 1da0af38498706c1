import { formatTable } from '../../../cli/output/table';
import { widthOf } from '../../../cli/output/text';

const columns = [
  { title: 'TABLE', flexible: true },
  { title: 'ROWS', align: 'right' },
  { title: 'WHY', flexible: true },
] as const;
const rows = [
  ['public.a_table_with_a_very_long_name', '1,234,567', 'because nothing hangs on it that a swap would lose'],
  ['public.b', '7', 'small'],
];

describe('formatTable', () => {
  it('fits the terminal by shortening what may be shortened, never figures', () => {
    const lines = formatTable(columns, rows, { width: 50 }).split('\n');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(50);
    expect(lines[1]).toContain('…');
    expect(lines[1]).toContain('1,234,567');
  });

  it('writes everything in full where there is no terminal', () => {
    const text = formatTable(columns, rows);
    expect(text).toContain('public.a_table_with_a_very_long_name');
    expect(text).not.toContain('…');
  });

  it('aligns figures to the right', () => {
    expect(formatTable([{ title: 'N', align: 'right' }], [['1'], ['100']])).toBe('  N\n  1\n100');
  });

  it('keeps one row on one line, whatever its text', () => {
    expect(formatTable([{ title: 'T' }], [['a\nb\u001b[31m']]).split('\n')).toEqual(['T', 'a b\\x1b[31m']);
  });

  it('colours after measuring', () => {
    const painted = formatTable([{ title: 'T' }, { title: 'U' }], [['a', 'b']], { paint: (text) => `<${text}>` });
    expect(painted.split('\n')[1]).toBe('<a>  <b>');
  });
});

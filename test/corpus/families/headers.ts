/** With a header, without, with several rows of it, with odd names. */
import { build, byHand } from '../build';
import type { SubjectName } from '../subjects';
import type { CorpusFile } from '../truth';

const TELLING: readonly SubjectName[] = [
  'customers',
  'bank',
  'sensors',
  'airports',
  'log',
  'orders',
  'transfers',
  'timetable',
  'numbers',
  'products',
  'wide',
  'kunden',
];

export function headers(): CorpusFile[] {
  return [...without(), ...several(), ...odd(), ...tiny()];
}

function without(): CorpusFile[] {
  return TELLING.flatMap((subject) => [
    build(`header-none-${subject}`, { subject, header: 'none' }),
    build(`header-none-${subject}-semicolon`, {
      subject,
      header: 'none',
      writing: { delimiter: ';', quoting: 'texts' },
    }),
    build(`header-names-${subject}`, { subject, writing: { quoting: 'all' } }),
  ]);
}

function several(): CorpusFile[] {
  const sensors = [
    ['Time', 'Sensor', 'Air', 'Air', 'State'],
    ['', '', 'temperature', 'humidity', ''],
    ['[UTC]', '[-]', '[deg C]', '[%]', '[-]'],
  ];
  const airports = [
    ['Code', 'Name', 'Position', 'Position', 'Height', 'Opened'],
    ['IATA', '', 'Latitude', 'Longitude', 'feet', 'year'],
  ];
  const orders = [
    ['Order', 'Order', 'Customer', 'Value', 'Value', 'Remark'],
    ['number', 'date', 'name', 'gross', 'discount', 'free text'],
  ];
  return [',', ';', '\t'].flatMap((delimiter, at) => [
    build(`header-two-sensors-${at}`, { subject: 'sensors', header: sensors.slice(0, 2), writing: { delimiter } }),
    build(`header-three-sensors-${at}`, { subject: 'sensors', header: sensors, writing: { delimiter } }),
    build(`header-two-airports-${at}`, { subject: 'airports', header: airports, writing: { delimiter } }),
    build(`header-two-orders-${at}`, { subject: 'orders', header: orders, writing: { delimiter, quoting: 'all' } }),
  ]);
}

function odd(): CorpusFile[] {
  const header = (name: string, cells: string[]): CorpusFile =>
    build(`header-${name}`, { subject: 'sensors', header: [cells] });
  const years = 'region,2019,2020,2021,2022,2023\n';
  const regions = ['North', 'South', 'East', 'West', 'Centre'].map((region, at) => [
    region,
    ...[3, 5, 7, 11, 13].map((factor) => String((at + 2) * factor * 1013)),
  ]);
  const countries = [
    'France,Paris,Euro',
    'Norway,Oslo,Krone',
    'Japan,Tokyo,Yen',
    'Chile,Santiago,Peso',
    'Italy,Rome,Euro',
  ];
  return [
    header('duplicates', ['time', 'value', 'value', 'value', 'status']),
    header('empty-names', ['time', '', 'temperature', '', 'status']),
    header('first-empty', ['', 'sensor', 'temperature', 'humidity', 'status']),
    header('spaces', ['Time of day', 'Sensor name', 'Temperature (°C)', 'Humidity %', 'Status / code']),
    header('line-break', ['time', 'sensor\nname', 'temperature', 'humidity', 'status']),
    header('long', [
      'time',
      'sensor',
      'temperature measured in the shade two metres above the ground in degrees',
      'humidity',
      'status',
    ]),
    byHand('header-years.csv', years + regions.map((cells) => cells.join(',')).join('\n'), {
      delimiter: ',',
      headerRows: 1,
      header: ['region', '2019', '2020', '2021', '2022', '2023'],
      startLine: 1,
      tables: 1,
      rows: regions,
      kinds: ['text', ...Array.from({ length: 5 }, () => 'integer' as const)],
    }),
    build('header-texts', { subject: 'texts', rows: 60 }),
    build('header-texts-semicolon', { subject: 'texts', rows: 40, writing: { delimiter: ';' } }),
    build('header-texts-quoted', { subject: 'texts', rows: 40, writing: { quoting: 'all' } }),
    build('header-none-texts', { subject: 'texts', rows: 60, header: 'none' }),
    byHand('header-none-capitals.csv', `${countries.join('\n')}\n`, {
      delimiter: ',',
      startLine: 1,
      tables: 1,
    }),
    build('header-many-columns', { subject: 'wide', rows: 200 }),
  ];
}

function tiny(): CorpusFile[] {
  const one = { tables: 1, startLine: 1 } as const;
  return [
    byHand('tiny-header-only.csv', 'id,name,price\n', {
      ...one,
      delimiter: ',',
      headerRows: 1,
      header: ['id', 'name', 'price'],
      rows: [],
    }),
    byHand('tiny-header-only-semicolon.csv', 'customer_id;first name;order date\r\n', {
      ...one,
      delimiter: ';',
      headerRows: 1,
      header: ['customer_id', 'first name', 'order date'],
      rows: [],
    }),
    byHand('tiny-header-one-row.csv', 'id,name,price\n1,bolt,2.50\n', {
      ...one,
      delimiter: ',',
      headerRows: 1,
      header: ['id', 'name', 'price'],
      rows: [['1', 'bolt', '2.50']],
    }),
    byHand('tiny-one-row-no-header.csv', '17,2024-03-01,4.75,88\n', {
      ...one,
      delimiter: ',',
      headerRows: 0,
      rows: [['17', '2024-03-01', '4.75', '88']],
    }),
    byHand('tiny-one-row-open-end.csv', 'id;amount\n4;1,5', {
      ...one,
      delimiter: ';',
      headerRows: 1,
      header: ['id', 'amount'],
      rows: [['4', '1,5']],
    }),
    byHand('tiny-empty.csv', '', { tables: 0 }),
    byHand('tiny-only-mark.csv', '', { tables: 0, encodings: ['utf-8'] }, { bom: true }),
    byHand('tiny-only-ends.csv', '\n\n\r\n', { tables: 0 }),
    byHand('tiny-only-blanks.csv', '   \n \t \n', { tables: 0 }),
    byHand('tiny-two-columns.csv', 'key,value\na,1\nb,2\nc,3\n', {
      ...one,
      delimiter: ',',
      headerRows: 1,
      header: ['key', 'value'],
      rows: [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    }),
  ];
}

/** What files are about: columns with names, kinds and values as such files have them. */
import type { Random } from './random';
import type { Kind } from './truth';

export interface SubjectColumn {
  name: string;
  /** Undefined: nobody could say for certain. */
  kind: Kind | undefined;
  make(random: Random, row: number): string;
}

export interface Subject {
  columns: readonly SubjectColumn[];
}

const col = (name: string, kind: Kind | undefined, make: SubjectColumn['make']): SubjectColumn => ({
  name,
  kind,
  make,
});
const two = (value: number): string => String(value).padStart(2, '0');
const grouped = (value: number, mark: string): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, mark);
const fixed = (random: Random, to: number, digits = 2): string => (random.next() * to).toFixed(digits);
const isoDate = (random: Random): string =>
  `${random.int(1995, 2025)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
const germanDate = (random: Random): string =>
  `${two(random.int(1, 28))}.${two(random.int(1, 12))}.${random.int(2015, 2025)}`;
const clock = (random: Random): string =>
  `${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`;
const euros = (random: Random): string => {
  const [whole = '0', cents] = fixed(random, 20_000).split('.');
  return `${random.chance(0.4) ? '-' : ''}${grouped(Number(whole), '.')},${cents}`;
};
const dollars = (random: Random): string => {
  const [whole = '0', cents] = fixed(random, 9_000).split('.');
  return `$${grouped(Number(whole), ',')}.${cents}`;
};
const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random.int(0, 15).toString(16)).join('');

const FIRST = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Ella',
  'Frank',
  'Greta',
  'Hugo',
  'Ida',
  'Jonas',
  'Kate',
  'Liam',
  'Sinéad',
  'Zoë',
];
const ASCII_FIRST = FIRST.slice(0, 12);
const LAST = ['Smith', 'Taylor', "O'Neill", 'Brown', 'Walker', 'Hughes', "D'Arcy", 'Green', 'Carter', 'Young'];
const GERMAN = ['Müller', 'Schröder', 'Weiß', 'Böhm', 'Jäger', 'Köhler', 'Groß', 'Österle', 'Überschär', 'Schmidt'];
const GERMAN_STREET = ['Königstraße', 'Mühlenweg', 'Am Süßen Grund', 'Schloßallee', 'Bahnhofstraße', 'Gänsemarkt'];
const GERMAN_TOWN = ['München', 'Köln', 'Nürnberg', 'Düsseldorf', 'Lübeck', 'Görlitz', 'Würzburg', 'Berlin'];
const FRENCH = ['Éléonore Lefèvre', 'François Gérard', 'Chloé Lemaître', 'André Côté', 'Zoé Bénard', 'Noël Hervé'];
const FRENCH_TOWN = ['Orléans', 'Besançon', 'Nîmes', 'Béziers', 'Angoulême', 'Saint-Étienne', 'Paris'];
const TOWN = ['Leeds', 'York', 'Bath', 'Derby', 'Exeter', 'Oxford', 'Preston', 'Truro'];
const STREET = ['High Street', 'Mill Lane', 'Station Road', 'Church Walk', 'Park Avenue'];
const WORDS = [
  'amber',
  'bolt',
  'cable',
  'drum',
  'engine',
  'filter',
  'gasket',
  'hinge',
  'joint',
  'knob',
  'lever',
  'motor',
  'nozzle',
  'pump',
  'ring',
  'screw',
  'tube',
  'valve',
  'washer',
];
const SENTENCES = [
  'Delivered on time, thank you',
  'Customer asked for "express" delivery',
  'Line one\nLine two of the note',
  'No remarks',
  'Paid in cash; receipt sent',
  "It's fine",
  'See order 12, 13 and 14',
  'Damaged - replaced',
];
const HTML = [
  '<p class="lead">Sturdy steel, made to last.</p>',
  '<ul><li>5 mm</li><li>8 mm</li></ul>',
  '<a href="https://shop.example/p?id=1&lang=en">more</a>',
  '<b>New!</b> Fits 3/4" pipes',
  'Plain text, with a comma',
];

const english = (random: Random): string => `${random.pick(ASCII_FIRST)} ${random.pick(LAST)}`;

export const SUBJECTS = {
  customers: {
    columns: [
      col('customer_id', 'integer', (_, i) => String(1001 + i)),
      col('name', 'text', english),
      col('address', 'text', (r) => `${r.int(1, 199)} ${r.pick(STREET)}, ${r.pick(TOWN)}`),
      col('phone', 'text', (r) => `0${r.int(1000, 9999)} ${r.int(100_000, 999_999)}`),
      col('born', 'date', isoDate),
      col('active', 'boolean', (r) => (r.chance(0.7) ? 'true' : 'false')),
      col('balance', 'decimal', (r) => fixed(r, 5000)),
    ],
  },
  kunden: {
    columns: [
      col('Kundennr', 'integer', (_, i) => String(50_000 + i * 3)),
      col('Name', 'text', (r) => `${r.pick(GERMAN)}, ${r.pick(ASCII_FIRST)}`),
      col('Straße', 'text', (r) => `${r.pick(GERMAN_STREET)} ${r.int(1, 120)}`),
      col('PLZ', 'text', (r, i) => (i === 0 ? '01067' : two(r.int(1, 99)) + String(r.int(100, 999)))),
      col('Ort', 'text', (r) => r.pick(GERMAN_TOWN)),
      col('Umsatz', 'decimal', euros),
      col('Seit', 'date', germanDate),
    ],
  },
  clients: {
    columns: [
      col('Numéro', 'integer', (_, i) => String(7 + i)),
      col('Prénom et nom', 'text', (r) => r.pick(FRENCH)),
      col('Ville', 'text', (r) => r.pick(FRENCH_TOWN)),
      col('Montant €', 'decimal', (r) => `${r.int(1, 999)},${two(r.int(0, 99))}`),
      col('Créé le', 'date', (r) => `${two(r.int(13, 28))}/${two(r.int(1, 12))}/${r.int(2018, 2025)}`),
    ],
  },
  bank: {
    columns: [
      col('Buchungstag', 'date', germanDate),
      col('Valuta', 'date', germanDate),
      col('Auftraggeber', 'text', (r) => `${r.pick(LAST)} GmbH`),
      col('Verwendungszweck', 'text', (r) => `Rechnung ${r.int(1000, 9999)}, Kd-Nr. ${r.int(10, 99)}`),
      col('Betrag', 'decimal', euros),
      col('Waehrung', 'text', () => 'EUR'),
    ],
  },
  sensors: {
    columns: [
      col('time', 'timestamp', (r) => `${isoDate(r)} ${clock(r)}`),
      col('sensor', 'text', (r) => `S-${two(r.int(1, 20))}`),
      col('temperature', 'decimal', (r) => (r.next() * 40 - 10).toFixed(3)),
      col('humidity', 'integer', (r) => String(r.int(10, 99))),
      col('status', 'text', (r) => r.pick(['OK', 'OK', 'OK', 'WARN', 'FAIL'])),
    ],
  },
  products: {
    columns: [
      col('sku', 'text', (r) => `${r.pick(WORDS).slice(0, 3).toUpperCase()}-${r.int(100, 999)}`),
      col('title', 'text', (r) => `${r.pick(WORDS)} ${r.int(1, 9)}" ${r.pick(WORDS)}`),
      col('description', 'text', (r) => r.pick(HTML)),
      col('price', 'decimal', (r) => fixed(r, 300)),
      col('stock', 'integer', (r) => String(r.int(0, 500))),
      col('url', 'text', (r) => `https://shop.example/${r.pick(WORDS)}?a=${r.int(1, 9)}&b=x,y`),
    ],
  },
  airports: {
    columns: [
      col('iata', 'text', (r) => Array.from({ length: 3 }, () => String.fromCharCode(65 + r.int(0, 25))).join('')),
      col('name', 'text', (r) => `${r.pick(TOWN)} International`),
      col('lat', 'decimal', (r) => (r.next() * 180 - 90).toFixed(4)),
      col('lon', 'decimal', (r) => (r.next() * 360 - 180).toFixed(4)),
      col('elevation_ft', 'integer', (r) => String(r.int(-10, 9000))),
      col('opened', 'integer', (r) => String(r.int(1920, 2020))),
    ],
  },
  log: {
    columns: [
      col('ts', 'timestamp', (r) => `${isoDate(r)}T${clock(r)}Z`),
      col('level', 'text', (r) => r.pick(['INFO', 'WARN', 'ERROR', 'DEBUG'])),
      col('host', 'text', (r) => `node${r.int(1, 30)}.local`),
      col('bytes', 'integer', (r) => String(r.int(0, 10_000_000))),
      col('message', 'text', (r) => `request ${hex(r, 8)} took ${r.int(1, 900)} ms`),
    ],
  },
  orders: {
    columns: [
      col('Order ID', 'integer', (_, i) => String(900_001 + i)),
      col('Order Date', 'date', (r) => `${r.int(1, 12)}/${r.int(13, 28)}/${r.int(2019, 2025)}`),
      col('Customer', 'text', english),
      col('Amount', 'currency', dollars),
      col('Discount', 'percent', (r) => `${(r.next() * 30).toFixed(1)}%`),
      col('Remark', 'text', (r) => r.pick(SENTENCES)),
    ],
  },
  transfers: {
    columns: [
      col('id', 'uuid', (r) => `${hex(r, 8)}-${hex(r, 4)}-4${hex(r, 3)}-a${hex(r, 3)}-${hex(r, 12)}`),
      col('at', 'timestamp', (r) => `${isoDate(r)}T${clock(r)}+01:00`),
      col('amount', 'decimal', (r) => fixed(r, 100_000, 4)),
      col('booked', 'boolean', (r) => (r.chance(0.5) ? 'yes' : 'no')),
      col('note', 'text', (r) => (r.chance(0.3) ? '' : r.pick(SENTENCES))),
    ],
  },
  timetable: {
    columns: [
      col('Line', 'text', (r) => `U${r.int(1, 9)}`),
      col('Stop', 'text', (r) => `${r.pick(TOWN)} ${r.pick(['Central', 'North', 'Market'])}`),
      col('Arrives', 'time', (r) => `${two(r.int(0, 23))}:${two(r.int(0, 59))}`),
      col('Platform', 'integer', (r) => String(r.int(1, 12))),
    ],
  },
  wide: {
    columns: Array.from({ length: 40 }, (_, at) =>
      col(`q${at + 1}`, at === 0 ? 'integer' : 'integer', (r, i) =>
        at === 0 ? String(i + 1) : r.chance(0.05) ? 'NA' : String(r.int(1, 5)),
      ),
    ),
  },
  numbers: {
    columns: [
      col('a', 'integer', (r) => String(r.int(0, 1_000_000))),
      col('b', 'decimal', (r) => fixed(r, 1, 6)),
      col('c', 'decimal', (r) => `${(r.next() * 9 + 1).toFixed(4)}e${r.int(-12, 12)}`),
      col('d', 'integer', (r) => String(-r.int(0, 99))),
    ],
  },
  texts: {
    columns: [
      col('country', 'text', (r) => r.pick(['France', 'Spain', 'Italy', 'Norway', 'Japan', 'Chile', 'Kenya'])),
      col('capital', 'text', (r) => r.pick(['Paris', 'Madrid', 'Rome', 'Oslo', 'Tokyo', 'Santiago', 'Nairobi'])),
      col('currency', 'text', (r) => r.pick(['Euro', 'Krone', 'Yen', 'Peso', 'Shilling'])),
      col('remark', 'text', (r) => `${r.pick(WORDS)} ${r.pick(WORDS)} ${r.pick(WORDS)}`),
    ],
  },
  addresses: {
    columns: [
      col('id', 'integer', (_, i) => String(i + 1)),
      col('address', 'text', (r) => `${english(r)}\n${r.int(1, 99)} ${r.pick(STREET)}\n${r.pick(TOWN)}`),
      col('country', 'text', (r) => r.pick(['UK', 'IE', 'FR'])),
      col('since', 'integer', (r) => String(r.int(1990, 2024))),
    ],
  },
} as const satisfies Record<string, Subject>;

export type SubjectName = keyof typeof SUBJECTS;

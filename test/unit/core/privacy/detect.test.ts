import { isIban, isPaymentCard } from '../../../../core/privacy/content';
import { detectPersonalData, type LookedColumn } from '../../../../core/privacy/detect';
import { tokensOf } from '../../../../core/privacy/tokens';
import { checkMask, resolveMask } from '../../../../core/mask/rules';
import { labelled } from './labelled';

const text = (name: string, nativeType = 'text'): LookedColumn => ({
  name,
  nativeType,
  logical: { kind: 'text', of: 'text' },
});

const look = (name: string, values: string[]) => detectPersonalData([text(name)], { [name]: values })[0];

describe('detection by name', () => {
  const found = new Map(detectPersonalData(labelled, {}).map((finding) => [finding.column, finding]));
  const personal = labelled.filter(({ kind }) => kind !== undefined);
  const right = personal.filter(({ name, kind }) => found.get(name)?.kind === kind);
  const wrong = [...found.values()].filter(
    ({ column, kind }) => labelled.find(({ name }) => name === column)?.kind !== kind,
  );

  it('is measured on a list of at least 150 different names, a third of them harmless', () => {
    expect(new Set(labelled.map(({ name }) => name)).size).toBe(labelled.length);
    expect(labelled.length).toBeGreaterThanOrEqual(150);
    expect(labelled.length - personal.length).toBeGreaterThanOrEqual(labelled.length / 3);
  });

  it('finds at least 97 per cent of the personal columns', () => {
    const missed = personal.filter((one) => !right.includes(one)).map(({ name }) => name);
    expect({ recall: right.length / personal.length >= 0.97, missed }).toMatchObject({ recall: true });
  });

  it('is right in at least 97 per cent of what it finds', () => {
    const said = wrong.map(({ column, kind }) => `${column}: ${kind}`);
    expect({ precision: right.length / found.size >= 0.97, said }).toMatchObject({ precision: true });
  });

  it('looks at whole words only', () => {
    const names = ['product_name', 'filename', 'table_name', 'status', 'hotel_name', 'panel', 'assn', 'cellar'];
    expect(
      detectPersonalData(
        names.map((name) => text(name)),
        {},
      ),
    ).toEqual([]);
  });

  it('tells customer_name and contactName from names of things', () => {
    expect(detectPersonalData([text('customer_name'), text('contactName')], {})).toMatchObject([
      { column: 'customer_name', kind: 'name', because: 'name', suggestion: 'name' },
      { column: 'contactName', kind: 'name' },
    ]);
  });

  it('does not mistake numbers, flags and times about a thing for the thing', () => {
    const columns: LookedColumn[] = [
      { name: 'email_sent_count', nativeType: 'integer', logical: { kind: 'int32' } },
      { name: 'email', nativeType: 'integer', logical: { kind: 'int32' } },
      { name: 'password_changed', nativeType: 'timestamp', logical: { kind: 'timestamp' } },
      { name: 'phone', nativeType: 'boolean', logical: { kind: 'boolean' } },
    ];
    expect(detectPersonalData(columns, {})).toEqual([]);
  });

  it('suggests for every type a rule that fits it', () => {
    const kinds: LookedColumn['logical'][] = [
      { kind: 'text', of: 'text' },
      { kind: 'int16' },
      { kind: 'int64' },
      { kind: 'decimal', precision: 12, scale: 2 },
      { kind: 'decimal', precision: 1, scale: 0 },
      { kind: 'date' },
      { kind: 'timestamptz' },
      { kind: 'float64' },
      { kind: 'bytes' },
      { kind: 'text', of: 'other' },
    ];
    const names = [...new Set(labelled.map(({ name }) => name))];
    for (const logical of kinds) {
      const columns = names.map((name) => ({ name, nativeType: 'sometype', logical }));
      for (const { column: name, suggestion } of detectPersonalData(columns, {})) {
        const facts = { name, nativeType: 'sometype', logical, nullable: true, isKey: false };
        expect(checkMask(resolveMask(suggestion)!, facts, {})).toBeUndefined();
      }
    }
  });

  it('suggests dates shifted, salaries blurred and numbers of phones hashed', () => {
    const columns: LookedColumn[] = [
      { name: 'geburtsdatum', nativeType: 'date', logical: { kind: 'date' } },
      { name: 'salary', nativeType: 'numeric(10,2)', logical: { kind: 'decimal', precision: 10, scale: 2 } },
      { name: 'mobile_number', nativeType: 'bigint', logical: { kind: 'int64' } },
      { name: 'fname', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
      { name: 'nachname', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
      { name: 'client_addr', nativeType: 'inet', logical: { kind: 'text', of: 'other' } },
    ];
    expect(detectPersonalData(columns, {}).map(({ suggestion }) => suggestion)).toEqual([
      { rule: 'date-shift', days: 365 },
      { rule: 'noise', percent: 10 },
      'hash',
      'first-name',
      'last-name',
      'redact',
    ]);
  });
});

describe('detection by content', () => {
  it('finds e-mail addresses under any name, also where only some values are', () => {
    const values = ['anna@shop.de', 'n/a', 'unknown', 'bob.smith@mail.example.org', 'none'];
    expect(look('column7', values)).toMatchObject({ kind: 'email', because: 'content', suggestion: 'email' });
  });

  it('is surer of a column whose name and values agree', () => {
    const values = ['anna@shop.de', 'bob@mail.example.org', 'c@d.eu'];
    const both = look('email', values)!;
    expect(both.because).toBe('both');
    expect(both.confidence).toBeGreaterThan(look('x', values)!.confidence);
    expect(both.confidence).toBeGreaterThan(detectPersonalData([text('email')], {})[0]!.confidence);
  });

  it.each([
    ['iban', ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432', 'FR1420041010050500013M02606']],
    ['payment-card', ['4111 1111 1111 1111', '5500-0000-0000-0004', '340000000000009']],
    ['ip', ['192.168.0.1', '10.0.0.7', '2001:db8::1']],
    ['device', ['00:1a:2b:3c:4d:5e', '00-1A-2B-3C-4D-5F', 'aa:bb:cc:dd:ee:ff']],
    ['phone', ['+49 171 2345678', '(212) 555-0147', '030 1234567', '+33 6 12 34 56 78']],
    ['national-id', ['12345678Z', 'X1234567L', '123-45-6789']],
    ['password', ['$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=65536', '$2a$12$zzzzzzzzzzzzzzzzzzzz']],
    ['address', ['12 Mill Road', '7 Station Street, Dover', '221b Baker Street']],
    ['address', ['Lindenstraße 5', 'Hauptstr. 17a', 'Am Markt 3', 'Birkenweg 12']],
    ['name', ['Anna Schmidt', 'Peter Jones', 'Maria Garcia Lopez', 'Xenia Unbekannt']],
  ])('finds %s in values such as %j', (kind, values) => {
    expect(look('c1', values)).toMatchObject({ kind, because: 'content' });
  });

  it.each([
    ['ten-digit numbers that are nothing but numbers', ['1234567890', '2345678901', '9876543210']],
    ['dates', ['2024-01-31', '31.12.2023', '01/02/2024']],
    ['times of day', ['12:30', '08:15', '23:59:59']],
    ['sixteen digits without a check digit', ['4111111111111112', '5500000000000005', '4000000000000003']],
    ['words that look like an IBAN', ['DE00370400440532013000', 'GB00WEST12345698765432', 'XX12ABCDEFGHIJKLMNO']],
    ['versions', ['1.2.3', '10.4.256.1', '3.14.15-rc1']],
    ['product names', ['Garden Chair', 'Oak Table', 'Desk Lamp Pro']],
    ['sentences with an @', ['meet @ noon', 'a@b', '@handle']],
    ['amounts', ['12.50', '1,234.56', '-7.00']],
    ['UUIDs', ['6f1c2f0e-8a55-4a8e-9a2c-111111111111', '0b0e7c54-1111-4222-8333-123456789012', 'x']],
  ])('finds nothing in %s', (_, values) => {
    expect(look('c1', values)).toBeUndefined();
  });

  it('does not trust two values', () => {
    expect(look('c1', ['anna@shop.de', 'bob@shop.de'])).toBeUndefined();
  });

  it('drops a name that many values deny, but not one whose values somebody hid already', () => {
    const denied = Array.from({ length: 10 }, (_, index) => `campaign ${index}`);
    expect(look('email', denied)).toBeUndefined();
    expect(look('email', ['****@shop', ...denied])).toMatchObject({ kind: 'email', because: 'name' });
    expect(look('vorname', denied)).toMatchObject({ kind: 'name' });
  });

  it('never holds a value in what it reports', () => {
    const values = ['anna.secret@shop.de', 'bob.secret@shop.de', 'carl.secret@shop.de'];
    expect(JSON.stringify(look('email', values))).not.toContain('secret');
  });
});

describe('checksums', () => {
  it('accepts card numbers by their check digit', () => {
    expect(['4111111111111111', '378282246310005', '6011111111111117'].every(isPaymentCard)).toBe(true);
    expect(['4111111111111121', '0000000000000000', '1234'].some(isPaymentCard)).toBe(false);
  });

  it('accepts IBANs by their remainder', () => {
    expect(isIban('GB82 WEST 1234 5698 7654 32')).toBe(true);
    expect(isIban('GB82 WEST 1234 5698 7654 33')).toBe(false);
  });
});

describe('words of a column name', () => {
  it.each([
    ['CustomerEMail_1', ['customer', 'email', '1']],
    ['IBANNumber', ['iban', 'number']],
    ['Straße (privat)', ['strasse', 'privat']],
    ['prénom', ['prenom']],
    ['first-name', ['first', 'name']],
  ])('takes %s apart', (name, words) => {
    expect(tokensOf(name).join('')).toBe(words.join(''));
    for (const word of words) expect(tokensOf(name).join(' ').replace('e mail', 'email').split(' ')).toContain(word);
  });
});

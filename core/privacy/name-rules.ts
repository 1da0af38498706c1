/**
 * What names of columns with personal data look like in English, German, French and Spanish, without accents. Phrases are
 * found in whole words only, so that `filename` and `product_name` are nobody's name.
 */
import type { MaskRule } from '../../schemas/mask';
import type { LogicalType } from '../types/table';

export type PersonalKind =
  | 'email'
  | 'phone'
  | 'name'
  | 'username'
  | 'address'
  | 'postcode'
  | 'birth-date'
  | 'birth-place'
  | 'national-id'
  | 'payment-card'
  | 'iban'
  | 'bank-account'
  | 'ip'
  | 'device'
  | 'health'
  | 'belief-or-origin'
  | 'gender'
  | 'salary'
  | 'password'
  | 'social-account'
  | 'vehicle';

/** Sorts of values in which a kind of data is kept. */
export type Holder = 'text' | 'number' | 'date' | 'other';

export interface NameRule {
  kind: PersonalKind;
  suggestion: MaskRule;
  confidence: number;
  holders: readonly Holder[];
  /** Found anywhere in a name, unless a word beside them makes the column a fact about the data. */
  phrases: string[];
  /** Too short or common for that: found where nothing but neutral words stands beside them. */
  alone: string[];
  /** German compounds end so. */
  endings: string[];
}

const list = (text = ''): string[] =>
  text
    .split(',')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '');
const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

const rule = (
  kind: PersonalKind,
  suggestion: MaskRule,
  found: { phrases?: string; alone?: string; endings?: string },
  more: { holders?: readonly Holder[]; confidence?: number } = {},
): NameRule => ({
  kind,
  suggestion,
  confidence: more.confidence ?? 0.85,
  holders: more.holders ?? ['text'],
  phrases: list(found.phrases),
  alone: list(found.alone),
  endings: list(found.endings),
});

const TEXT_OR_NUMBER: readonly Holder[] = ['text', 'number'];
const LAST_FOUR: MaskRule = { rule: 'keep-last', n: 4, with: '*' };

/** The first that matches decides, so the narrower meaning stands first. */
export const NAME_RULES: readonly NameRule[] = [
  rule(
    'password',
    'redact',
    {
      phrases:
        'password, passwd, pwd, passwort, kennwort, passphrase, mot de passe, motdepasse, mdp, contrasena, contrasenia, password hash, api key, secret key, access token, refresh token, auth token, reset token, session token, bearer token, private key, client secret, security answer, totp secret, otp secret, security code, recovery code',
      alone: 'pin, secret, salt, otp, pass, passcode',
      endings: 'passwort, kennwort',
    },
    { holders: ['text', 'other'] },
  ),
  rule('email', 'email', {
    phrases:
      'email, e mail, smtp addr, adresse mail, adresse email, direccion email, mail address, mail adresse, mailadresse, email address, correo electronico, courriel, adresse electronique, correo',
    alone: 'mail, emails',
    endings: 'emailadresse, mailadresse',
  }),
  rule(
    'ip',
    'hash',
    {
      phrases:
        'ip address, ip addr, ip adresse, adresse ip, direccion ip, ipv 4, ipv 6, ip, client ip, remote addr, remote ip, source ip, user ip, login ip, host ip',
      endings: 'ipadresse',
    },
    { holders: ['text', 'other'] },
  ),
  rule(
    'device',
    'hash',
    {
      phrases:
        'mac address, mac addr, mac adresse, imei, imsi, udid, idfa, advertising id, android id, device serial, iccid',
      alone: 'mac',
    },
    { holders: ['text', 'number', 'other'] },
  ),
  rule('iban', LAST_FOUR, { phrases: 'iban', endings: 'iban' }),
  rule(
    'payment-card',
    LAST_FOUR,
    {
      phrases:
        'card number, card no, card num, card nr, credit card, creditcard, debit card, cc number, cc num, cc no, cvv, cvv 2, cvc, card verification, kreditkarte, kreditkartennummer, kartennummer, carte bancaire, numero carte, numero de carte, carte credit, tarjeta credito, tarjeta de credito, numero tarjeta, numero de tarjeta',
      alone: 'pan, card pan, tarjeta, ccn',
      endings: 'kreditkartennummer',
    },
    { holders: TEXT_OR_NUMBER },
  ),
  rule(
    'bank-account',
    'hash',
    {
      phrases:
        'bank account, account number, account no, acct no, acct num, acct number, kontonummer, konto nr, konto nummer, bankkonto, bankverbindung, numero compte, numero de compte, compte bancaire, cuenta bancaria, numero cuenta, numero de cuenta',
      endings: 'kontonummer',
    },
    { holders: TEXT_OR_NUMBER, confidence: 0.7 },
  ),
  rule(
    'national-id',
    'hash',
    {
      phrases:
        'ssn, social security, social insurance, national id, national insurance, nino, personal id number, identity number, identity card, id card, id number, personnummer, passport, passport number, passport no, reisepass, reisepassnummer, ausweisnummer, personalausweis, personalausweisnummer, tax id, taxid, tax number, taxpayer id, steuer id, steuerid, steuernummer, steuer nr, steueridentifikationsnummer, sozialversicherungsnummer, svnr, sv nummer, sv nr, rentenversicherungsnummer, numero securite sociale, securite sociale, numero secu, num secu, numero insee, num insee, numero fiscal, carte identite, piece identite, passeport, permis conduire, permis de conduire, pasaporte, seguridad social, documento identidad, cedula, curp, cuil, cpf, codice fiscale, bsn, pesel, driver license, drivers license, driver licence, driving licence, driving license, drivers licence, fuehrerschein, fuhrerschein, fuehrerscheinnummer, aadhaar, medicare number, nhs number, nhs no, health insurance number, insurance number, versichertennummer, krankenversicherungsnummer',
      alone: 'insee, dni, nie, nif, nir, rfc, tin, itin, sin',
      endings: 'ausweisnummer, versicherungsnummer, fuehrerscheinnummer',
    },
    { holders: TEXT_OR_NUMBER },
  ),
  rule('birth-place', 'redact', {
    phrases:
      'birth place, place of birth, birth city, city of birth, geburtsort, geburtsstadt, lieu naissance, lieu de naissance, lugar nacimiento, lugar de nacimiento',
  }),
  rule(
    'birth-date',
    { rule: 'date-shift', days: 365 },
    {
      phrases:
        'birth date, birth day, date of birth, dob, birth year, year of birth, geburtsdatum, geburts datum, geburtstag, geburtsjahr, geb datum, gebdat, gbdat, geb dat, date naissance, date de naissance, dat naissance, annee naissance, fecha nacimiento, fecha de nacimiento, fec nac, fecha nac, fnac, fec nacimiento, ano nacimiento, birth dt, bday',
      alone: 'naissance, nacimiento, born, geboren, birth',
      endings: 'geburtsdatum',
    },
    { holders: ['text', 'number', 'date', 'other'] },
  ),
  rule(
    'phone',
    'phone',
    {
      phrases:
        'phone, tel, mobilfunk, telf 1, telfx, telephone, phone number, telefon, telefonnummer, telefon nr, tel nr, tel no, mobile number, mobile phone, mobile no, mobilnummer, mobiltelefon, handynummer, handy nr, cell phone, cell number, cellphone, fax, fax number, faxnummer, telefax, tel mobile, tel portable, telefono, movil, celular, msisdn, contact number, whatsapp, rufnummer, numero telephone, num tel, numero tel, numero telefono, phone home, phone work, tlf, telf',
      alone: 'mobile, mobil, cell, handy, gsm, portable, ph',
      endings: 'telefon, telefonnummer, handynummer, rufnummer, faxnummer',
    },
    { holders: TEXT_OR_NUMBER },
  ),
  rule(
    'username',
    'hash',
    {
      phrases:
        'user name, login name, screen name, benutzername, nom utilisateur, nom d utilisateur, nombre usuario, nombre de usuario, nickname, nick name, login id, user login',
      alone: 'login, nick, uname, usr, usuario',
    },
    { confidence: 0.7 },
  ),
  rule(
    'social-account',
    'hash',
    {
      phrases:
        'twitter handle, twitter name, facebook id, facebook url, facebook profile, linkedin url, linkedin profile, instagram handle, skype id, skype name, skype handle, instagram url, telegram id, telegram handle, social handle',
      alone: 'linkedin, twitter, facebook, instagram, skype, telegram, xing',
    },
    { confidence: 0.7 },
  ),
  rule(
    'vehicle',
    'hash',
    {
      phrases:
        'license plate, licence plate, number plate, kennzeichen, kfz kennzeichen, plaque immatriculation, immatriculation, matricula vehiculo, vehicle registration, vehicle plate, plate number, vehicle identification number, chassis number',
      alone: 'vin',
      endings: 'kennzeichen',
    },
    { confidence: 0.6 },
  ),
  rule(
    'postcode',
    'redact',
    {
      phrases:
        'zip, plz, zip code, zipcode, postcode, post code, postal code, postalcode, postleitzahl, code postal, codigo postal',
      alone: 'cp, cpostal',
      endings: 'postleitzahl',
    },
    { holders: TEXT_OR_NUMBER, confidence: 0.6 },
  ),
  rule('address', 'address', {
    phrases:
      'street, street address, home address, postal address, mailing address, billing address, shipping address, delivery address, address line, addr line, address, strasse, str nr, strasse nr, stras, hausnummer, haus nr, house number, house no, apt number, apartment number, apartment no, anschrift, wohnanschrift, lieferadresse, rechnungsadresse, adresse, rue, numero rue, direccion, domicilio, calle, addr, adr, residence address',
    alone: 'str, residence, address 1, address 2',
    endings: 'strasse, anschrift, adresse',
  }),
  rule('name', 'first-name', {
    phrases:
      'first name, firstname, fname, f name, given name, givenname, forename, christian name, middle name, middlename, mname, vorname, vorna, rufname, prenom, nombre pila, nombre de pila, primer nombre, segundo nombre',
    alone: 'nombres, given, firstnm, frst nm, first nm',
    endings: 'vorname',
  }),
  rule('name', 'last-name', {
    phrases:
      'last name, lastname, lname, l name, surname, sur name, family name, familyname, maiden name, nachname, nachn, gebname, familienname, zuname, geburtsname, nom famille, nom de famille, nom naissance, nom jeune fille, nom usage, apellido, apellidos, apellido paterno, apellido materno, last nm, lst nm',
    endings: 'nachname, familienname',
  }),
  rule('name', 'name', {
    phrases:
      'full name, fullname, person name, nombre completo, nom complet, name complete, card holder, cardholder, account holder, kontoinhaber, karteninhaber, titulaire, titular cuenta, contact person, kontaktperson, ansprechpartner, kundenname, mitarbeitername, patientenname, name first last, legal name, next of kin, emergency contact, full nm, cust nm, name on card',
    alone: 'titular',
    endings: 'ansprechpartner, kundenname',
  }),
  rule(
    'health',
    'redact',
    {
      phrases:
        'diagnosis, diagnoses, diagnose, icd code, icd 10, disease, illness, allergy, allergies, medication, medications, prescription, blood type, blood group, blutgruppe, groupe sanguin, grupo sanguineo, treatment plan, symptom, symptoms, disability, pregnant, pregnancy, hiv status, medical history, medical record, medical condition, health condition, krankheit, krankengeschichte, behinderung, maladie, antecedents medicaux, allergie, allergien, allergies, medikament, medikation, enfermedad, alergia, alergias, medicamento, discapacidad, mental health, bmi, heart rate, blood pressure',
      alone: 'icd',
      endings: 'diagnose, krankheit',
    },
    { holders: TEXT_OR_NUMBER, confidence: 0.75 },
  ),
  rule(
    'belief-or-origin',
    'redact',
    {
      phrases:
        'religion, religious, konfession, religionszugehoerigkeit, ethnicity, ethnic, ethnic group, ethnie, etnia, sexual orientation, orientation sexuelle, orientacion sexual, political affiliation, political party, political opinion, union membership, gewerkschaft, syndicat, caste, nationality, staatsangehoerigkeit, nationalitat, nationalitaet, nationalite, nacionalidad, citizenship',
    },
    { confidence: 0.7 },
  ),
  rule(
    'gender',
    'redact',
    {
      phrases: 'gender, geschlecht, sexe, sexo, civilite, anrede, salutation',
      alone: 'sex',
    },
    { confidence: 0.5 },
  ),
  rule(
    'salary',
    { rule: 'noise', percent: 10 },
    {
      phrases:
        'salary, base salary, wage, wages, gehalt, bruttogehalt, nettogehalt, monatsgehalt, jahresgehalt, lohn, salaire, salario, sueldo, annual income, household income, monthly income, remuneration',
      endings: 'gehalt',
    },
    { holders: TEXT_OR_NUMBER, confidence: 0.7 },
  ),
];

/** Beside these, `name`, `nom` and `nombre` are those of a person. */
export const PERSONS = words(`
customer cust client clt contact person assistant employee emp staff worker colleague patient guest visitor student pupil teacher tutor
member subscriber holder cardholder owner author writer recipient receiver sender addressee beneficiary passenger traveler
traveller applicant candidate doctor physician nurse driver manager supervisor agent rep representative salesperson spouse
husband wife partner father mother parent child guardian sibling buyer purchaser signer signatory payer payee insured tenant
landlord resident citizen attendee participant donor caller caregiver approver requester requestor assignee reporter user
debtor creditor winner billing shipping consignee lead borrower kunde kunden mitarbeiter patienten ansprechpartner inhaber
fahrer empfaenger absender schueler benutzer nutzer mieter vater mutter kind salarie employe conducteur destinataire eleve
utilisateur proprietaire pere mere enfant conjoint usuario cliente empleado paciente contacto alumno conductor destinatario
remitente propietario padre madre hijo conyuge titular persona personne
`);

export const NAME_WORDS = words('name names nm nom nombre');
/** Between `nombre` and the person it is of. */
export const LINKS = words('of de del du d la le l the des der');

/** Words that make a column a fact about the data instead of the data. */
export const FACTS = words(`
count cnt counter total sum avg min max flag is has was can should type typ kind status state verified verification confirmed
valid validated validation enabled disabled required allowed optin optout opt consent sent opened clicked bounced received
template subject format approval archive range block length len size at ts timestamp created updated changed modified changes
version source provider server domain host prefix suffix pattern regex label model brand color colour category cat group grp
campaign queue id ids fk index idx rank score rate ratio file filename path class role policy rule rules attempts expires
expired expiry expiration config setting settings preference preferences service system method mode level hint enum mask
permission region country nation area zone unit units currency cost price fee plan app page view views visits click body
header footer quota limit seen uuid guid key keys rotation days age strength complexity test tests lookup column table field
schema database db device agent
`);

/** Words whose names are those of things. */
export const THINGS = words(`
product item company firm firma organisation organization org business vendor supplier shop store hotel brand project event
team department dept division branch channel city town street room school hospital bank ward account empresa producto
entreprise produit fichier archivo
`);

/** Beside these a short or common word keeps its meaning. */
export const NEUTRAL = words(`
home work office private privat personal primary secondary main alt alternate alternative new old current previous billing
shipping delivery contact no nr num number nummer numero value text txt raw enc encrypted plain hash hashed emergency daytime
evening night day the my his her of mobile cell phone tel fax c p u t s usr
`);

export const holderOf = (logical: LogicalType): Holder | undefined => {
  switch (logical.kind) {
    case 'text':
      return logical.of === 'json' ? undefined : logical.of;
    case 'bytes':
      return 'other';
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 'date';
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
    case 'float32':
    case 'float64':
      return 'number';
    default:
      return undefined;
  }
};

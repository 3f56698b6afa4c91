/**
 * Secrets that tell what they are by their own form and that the scanner's rules do not know or know only in part. Each
 * form is the one its issuer documents. Every repetition is bounded, so that a long line takes time by its length alone.
 * Pure.
 */
import type { FoundSecret } from '../ports.ts';

interface Form {
  kind: string;
  /** Stands in each of them, where the pattern alone would try every word of a text. */
  sign?: string;
  /** The secret is the group `value` where there is one, else the whole. */
  pattern: RegExp;
}

const forms: readonly Form[] = [
  {
    kind: 'private-key',
    // A selection may end before the key does, and a key in an environment file has its line breaks written out.
    pattern:
      /-----BEGIN (?:[A-Z\d]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----\s{0,4}(?<value>[\w+/=:,.\s\\-]{20,20000}?)\s{0,4}(?:-----END|(?![\w+/=:,.\s\\-]))/g,
  },
  { kind: 'age-key', pattern: /\bAGE-SECRET-KEY-1[A-Z\d]{58}\b/g },
  { kind: 'aws-key-id', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { kind: 'google-key', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { kind: 'google-oauth', pattern: /\bGOCSPX-[\w-]{28}(?![\w-])/g },
  { kind: 'google-oauth', pattern: /\bya29\.[\w-]{20,500}/g },
  {
    kind: 'jwt',
    pattern: /\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{20,2000}/g,
  },
  {
    kind: 'slack-webhook',
    pattern:
      /\bhooks\.slack\.com\/(?:services|workflows)\/(?<value>[A-Z\d]{8,12}\/[A-Z\d]{8,14}\/\w{20,30})/g,
  },
  {
    kind: 'discord-webhook',
    pattern: /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/(?<value>[\w-]{60,80})/g,
  },
  {
    kind: 'discord-token',
    pattern: /\b[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g,
  },
  { kind: 'telegram-token', pattern: /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { kind: 'twilio-key', pattern: /\bSK[\da-f]{32}\b/g },
  { kind: 'mailgun-key', pattern: /\bkey-[\da-f]{32}\b/g },
  { kind: 'mailchimp-key', sign: '-us', pattern: /\b[\da-f]{32}-us\d{1,2}\b/g },
  { kind: 'brevo-key', pattern: /\bxkeysib-[\da-f]{64}-[A-Za-z\d]{16}\b/g },
  { kind: 'square-token', pattern: /\b(?:sq0atp|sq0csp)-[\w-]{22,43}(?![\w-])/g },
  { kind: 'digitalocean-token', pattern: /\bdo[opr]_v1_[\da-f]{64}\b/g },
  { kind: 'atlassian-token', pattern: /\bATATT3[\w=-]{100,250}/g },
  { kind: 'postman-key', pattern: /\bPMAK-[\da-f]{24}-[\da-f]{34}\b/g },
  { kind: 'pypi-token', pattern: /\bpypi-AgE[\w-]{50,250}/g },
  { kind: 'rubygems-key', pattern: /\brubygems_[\da-f]{48}\b/g },
  { kind: 'crates-token', pattern: /\bcio[A-Za-z\d]{32}\b/g },
  {
    kind: 'doppler-token',
    pattern: /\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z\d]{40,44}\b/g,
  },
  { kind: 'pulumi-token', pattern: /\bpul-[\da-f]{40}\b/g },
  {
    kind: 'terraform-token',
    sign: '.atlasv1.',
    pattern: /\b[A-Za-z\d]{14}\.atlasv1\.[\w-]{60,70}(?![\w-])/g,
  },
  { kind: 'sentry-token', pattern: /\bsntry[su]_[\w+/=-]{60,400}/g },
  { kind: 'newrelic-key', pattern: /\bNRAK-[A-Z\d]{27}\b/g },
  { kind: 'dynatrace-token', pattern: /\bdt0[a-z]\d{2}\.[A-Z\d]{24}\.[A-Z\d]{64}\b/g },
  { kind: 'planetscale-token', pattern: /\bpscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}/g },
  { kind: 'supabase-token', pattern: /\bsbp_[\da-f]{40}\b/g },
  { kind: 'fly-token', pattern: /\bfm\d_[\w+/=]{100,700}/g },
  { kind: 'replicate-token', pattern: /\br8_[A-Za-z\d]{37}\b/g },
  { kind: 'openai', pattern: /\bsk-(?:proj|svcacct|admin)-[\w-]{20,250}/g },
  { kind: 'openrouter-key', pattern: /\bsk-or-v1-[\da-f]{64}\b/g },
  { kind: 'xai-key', pattern: /\bxai-[A-Za-z\d]{70,90}\b/g },
  { kind: 'perplexity-key', pattern: /\bpplx-[A-Za-z\d]{40,60}\b/g },
  { kind: 'airtable-token', pattern: /\bpat[A-Za-z\d]{14}\.[\da-f]{64}\b/g },
  { kind: 'asana-token', pattern: /\b[12]\/\d{16}(?:\/\d{16})?:[\da-f]{32}\b/g },
  { kind: 'stripe-webhook', pattern: /\bwhsec_[A-Za-z\d+/=]{32,64}/g },
  {
    kind: 'azure-key',
    pattern: /\b(?:AccountKey|SharedAccessKey)=(?<value>[A-Za-z\d+/]{40,90}={0,2})/g,
  },
  {
    kind: 'azure-signature',
    pattern: /[?&]sv=\d{4}-\d\d-\d\d&[^\s"'`]{0,400}?sig=(?<value>[\w%+/-]{40,80}(?:%3D|=)?)/g,
  },
  {
    kind: 'basicauth',
    sign: '://',
    pattern: /\b[a-z][a-z\d+.-]{1,20}:\/\/[\w.%+-]{0,100}:(?<value>[^\s:@/"'`<>{}$*\\]{3,200})@[\w[]/gi,
  },
  {
    kind: 'bearer-token',
    pattern:
      /\bauthorization["'`]{0,2}\s{0,4}[:=,]\s{0,4}["'`]?(?:bearer|basic|token)\s{1,4}(?<value>[\w+/=.~-]{16,2000})/gi,
  },
  {
    kind: 'password',
    sign: 'machine',
    pattern:
      // Behind a place or a name as well, as tools tell problems and commits.
      /(?<![^\s:"'`|>])machine\s{1,4}\S{1,200}\s{1,4}login\s{1,4}\S{1,200}\s{1,4}password\s{1,4}(?<value>\S{4,200})/g,
  },
];

/** In the order of the text of each form; they may lie over one another. */
export function knownSecrets(text: string): FoundSecret[] {
  return forms.flatMap(({ kind, sign, pattern }) => {
    if (sign !== undefined && !text.includes(sign)) return [];
    return [...text.matchAll(pattern)].flatMap(({ 0: whole, index, groups }) => {
      // White space around a key is that of the file, and an answer may have another.
      const value = (groups?.value ?? whole).trim();
      if (!isLikely(kind, value)) return [];
      const start = index + whole.indexOf(value);
      return [{ start, end: start + value.length, group: 'secret' as const, kind }];
    });
  });
}

/** What documents write in the place of a secret is words, or one letter over and over. */
function isLikely(kind: string, value: string): boolean {
  switch (kind) {
    case 'private-key':
      return /[A-Za-z\d+/]{24}/.test(value) && /\d/.test(value);
    case 'bearer-token':
      return /\d/.test(value) && /[a-z]/i.test(value) && new Set(value).size >= 8;
    default:
      return true;
  }
}

/**
 * Secrets of known kinds that nobody has: each has the form its issuer documents and is drawn anew from a fixed seed when
 * the tests run, so that no file holds one.
 */
export interface Canary {
  kind: string;
  /** A line as people have it in a file, with the secret in it. */
  line: string;
  /** What must not be found anywhere: a part of the secret that is on one line. */
  secret: string;
}

const alphabets = {
  digits: '0123456789',
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  word: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
} as const;

/** Numerical Recipes' congruential generator: the same values on every machine. */
function drawer(seed: number): (alphabet: keyof typeof alphabets, length: number) => string {
  let state = seed;
  return (alphabet, length) => {
    const letters = alphabets[alphabet];
    let text = '';
    while (text.length < length) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      text += letters[Math.floor((state / 2 ** 32) * letters.length)] ?? '';
    }
    return text;
  };
}

/** All kinds. Another seed gives other values. */
export function canaries(seed = 1): Canary[] {
  const draw = drawer(seed);
  const word = (length: number) => draw('word', length);
  const hex = (length: number) => draw('hex', length);
  const digits = (length: number) => draw('digits', length);
  const all: Canary[] = [];
  const add = (
    kind: string,
    secret: string,
    line: (secret: string) => string = (one) => `const value = '${one}';`,
  ) => all.push({ kind, secret, line: line(secret) });
  add('github', `ghp${'_'}${word(36)}`);
  add('gitlab', `glpat${'-'}${word(20)}`);
  add('slack', `xoxb${'-'}${digits(12)}-${digits(13)}-${word(24)}`);
  add(
    'slack-webhook',
    `T${draw('upper', 8)}/B${draw('upper', 8)}/${word(24)}`,
    (one) => `https://hooks.slack.com/services/${one}`,
  );
  add('npm', `npm${'_'}${word(36)}`);
  add('openai', `sk-proj${'-'}${word(20)}T3BlbkFJ${word(20)}`);
  add('anthropic', `sk-ant-api03${'-'}${word(93)}AA`);
  add('stripe', `sk_live${'_'}${word(24)}`);
  add('stripe-webhook', `whsec${'_'}${word(32)}`);
  add('sendgrid', `SG${'.'}${word(22)}.${word(43)}`);
  add('shopify', `shpat${'_'}${hex(32)}`);
  add('huggingface', `hf${'_'}${draw('word', 34).replace(/\d/g, 'a')}`);
  add('linear', `lin_api${'_'}${word(40)}`);
  add('notion', `ntn${'_'}${digits(11)}${word(35)}`);
  add('figma', `figd${'_'}${word(40)}`);
  add('docker', `dckr_pat${'_'}${word(27)}`);
  add('databricks', `dapi${hex(32)}`);
  add('grafana', `glsa${'_'}${word(32)}_${hex(8)}`);
  add('groq', `gsk${'_'}${word(52)}`);
  add('vault', `hvs${'.'}${word(95)}`);
  add('tailscale', `tskey-auth${'-'}${word(11)}CNTRL-${word(32)}`);
  add('aws-key-id', `AKIA${draw('upper', 16)}`);
  add('aws-secret', `${word(18)}/${word(20)}1`, (one) => `aws_secret_access_key = ${one}`);
  add('google-key', `AIza${word(35)}`);
  add('google-oauth', `GOCSPX${'-'}${word(28)}`);
  add('jwt', `eyJ${word(20)}.eyJ${word(40)}.${word(43)}`, (one) => `Cookie: session=${one}`);
  add('discord-webhook', word(68), (one) => `https://discord.com/api/webhooks/${digits(18)}/${one}`);
  add('telegram-token', `${digits(9)}:AA${word(33)}`);
  add('twilio-key', `SK${hex(32)}`);
  add('mailgun-key', `key${'-'}${hex(32)}`);
  add('mailchimp-key', `${hex(32)}-us12`);
  add('square-token', `sq0atp${'-'}${word(22)}`);
  add('digitalocean-token', `dop_v1${'_'}${hex(64)}`);
  add('postman-key', `PMAK${'-'}${hex(24)}-${hex(34)}`);
  add('pypi-token', `pypi${'-'}AgE${word(60)}`);
  add('rubygems-key', `rubygems${'_'}${hex(48)}`);
  add('crates-token', `cio${word(32)}`);
  add('doppler-token', `dp.pt${'.'}${word(43)}`);
  add('pulumi-token', `pul${'-'}${hex(40)}`);
  add('terraform-token', `${word(14)}.atlasv1${'.'}${word(64)}`);
  add('sentry-token', `sntrys${'_'}${word(80)}`);
  add('newrelic-key', `NRAK${'-'}${draw('upper', 27)}`);
  add('planetscale-token', `pscale_tkn${'_'}${word(43)}`);
  add('supabase-token', `sbp${'_'}${hex(40)}`);
  add('replicate-token', `r8${'_'}${word(37)}`);
  add('openrouter-key', `sk-or-v1${'-'}${hex(64)}`);
  add(
    'azure-key',
    `${word(86)}==`,
    (one) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${one};`,
  );
  add('bearer-token', word(40), (one) => `curl -H "Authorization: Bearer ${one}" https://api.invalid/`);
  add('password-in-address', word(14), (one) => `https://deploy:${one}@git.invalid/repo.git`);
  add('database', word(14), (one) => `DATABASE_URL=postgres://app:${one}@db.invalid:5432/app`);
  add('netrc', word(12), (one) => `machine api.invalid login me password ${one}`);
  add('named-value', word(24), (one) => `UPLOAD_API_KEY=${one}`);
  const body = Array.from({ length: 6 }, () => word(64));
  add('private-key', body[2] ?? '', () => pem('RSA PRIVATE KEY', body));
  add('ssh-key', `${word(70)}`, (one) => pem('OPENSSH PRIVATE KEY', [one, word(70)]));
  add('service-account', word(64), (one) =>
    JSON.stringify({ private_key: pem('PRIVATE KEY', [word(64), one]) }),
  );
  add('pgp-key', word(64), (one) => pem('PGP PRIVATE KEY BLOCK', [word(64), one]));
  add('age-key', `AGE-SECRET-KEY${'-'}1${draw('upper', 58)}`);
  return all;
}

const pem = (name: string, lines: readonly string[]): string =>
  [`-----BEGIN ${name}-----`, ...lines, `-----END ${name}-----`].join('\n');

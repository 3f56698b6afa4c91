import assert from 'node:assert/strict';
import fc from 'fast-check';
import { knownValues } from '../../../../src/core/secrets/knownValues.ts';
import { type MaskGroup, placeholderOf } from '../../../../src/core/secrets/placeholders.ts';

const kept = (value: string, digest = '0123456789', group: MaskGroup = 'secret') => ({
  digest,
  value,
  placeholder: placeholderOf(group, 'named-value', digest),
});

describe('A value that is known', () => {
  const check = (title: string, values: ReturnType<typeof kept>[], text: string, expected: string) =>
    it(title, () => assert.equal(knownValues(values)(text), expected));
  const one = placeholderOf('secret', 'named-value', '0123456789');
  const two = placeholderOf('secret', 'named-value', 'aaaaaaaaaa');

  check(
    'is masked wherever it stands',
    [kept('q8Zr2LxV9wK')],
    'a q8Zr2LxV9wK b=q8Zr2LxV9wK',
    `a ${one} b=${one}`,
  );
  check(
    'is the longest that fits',
    [kept('q8Zr2LxV9w'), kept('q8Zr2LxV9wKyz', 'aaaaaaaaaa')],
    'q8Zr2LxV9wKyz q8Zr2LxV9w',
    `${two} ${one}`,
  );
  check('stays a placeholder where it is one', [kept('q8Zr2LxV9w')], `${one} q8Zr2LxV9w`, `${one} ${one}`);
  check('is no pattern', [kept('a.c+e*1234')], 'abc+e*1234 a.c+e*1234', `abc+e*1234 ${one}`);
  check(
    'is left where it may be a word',
    [kept('password'), kept('12345678'), kept('a1b2c3'), kept('password1')],
    'password 12345678 a1b2c3 password1',
    'password 12345678 a1b2c3 password1',
  );
  check('is left where it is a part of a word', [kept('q8Zr2LxV9w')], 'q8Zr2LxV9w0', 'q8Zr2LxV9w0');
  check(
    'is left where it is a name of somebody',
    [kept('Ada Lovelace 2nd', '0123456789', 'private')],
    'Ada Lovelace 2nd',
    'Ada Lovelace 2nd',
  );

  it('is in no text any more, whatever the texts and the values are', () => {
    const value = fc.string({ minLength: 16, maxLength: 40 }).filter((text) => !/[\s[\]]/.test(text));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 5 }),
        fc.array(fc.string(), { minLength: 1 }),
        (values, parts) => {
          const text = parts
            .map((part, index) => part + (values[index % Math.max(1, values.length)] ?? ''))
            .join(' ');
          const masked = knownValues(values.map((one_, index) => kept(one_, `${index}`.padStart(10, '0'))))(
            text,
          );
          for (const one_ of values) assert.ok(!masked.includes(one_));
        },
      ),
    );
  });
});

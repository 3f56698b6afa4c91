import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entropy, namedSecrets } from '../../../../src/core/secrets/namedSecrets.ts';

const drawn = ['q8Zr2LxV', '9wTn4KpB', '7sYd'].join('');
const linesOf = (text: string) =>
  namedSecrets(text).map(({ start, end }) => {
    assert.equal(text.slice(start, end), drawn);
    return text.slice(0, start).split('\n').length;
  });
const check = (text: string, lines: number[]) =>
  it(`${lines.length === 0 ? 'nothing in' : `line ${lines} of`} ${JSON.stringify(text).slice(0, 60)}`, () =>
    assert.deepEqual(linesOf(text), lines));

describe('Values with the name of a secret', () => {
  check(`const apiKey = '${drawn}';`, [1]);
  check(`{\n  "client_secret": "${drawn}"\n}`, [2]);
  check(`password: ${drawn}`, [1]);
  check(`headers['x-auth-token'] = \`${drawn}\``, [1]);
  check(`AWS_SECRET_ACCESS_KEY=${drawn}\nTOKEN=${drawn}`, [1, 2]);
  check(`const digest = '${drawn}';`, []);
  check(`Sec-WebSocket-Key: ${drawn}`, []);
  check('const apiKey = process.env.UPLOAD_API_KEY_2;', []);
  check('token: the_name_of_a_setting_1', []);
  check("keys: 'ArrowUp ArrowDown Enter1'", []);
  check('const maxTokens = 1600000000000000;', []);
  check('password = "aaaaaaaaaaaaaaaa1111"', []);
  check('password = "aaaa1111bbbb2222cc"', []);
  check('keyPath: certs/2024/server1/public.pem', []);

  check(`const apiKey: string = "${drawn}";`, [1]);
  check(`api_key: str = "${drawn}"`, [1]);
  check(`let api_key: &str = "${drawn}";`, [1]);
  check(`var apiKey string = "${drawn}"`, [1]);
  check(`region           = "eu"\napi_key          = "${drawn}"`, [2]);
  check(`curl -d "{\\"api_key\\":\\"${drawn}\\"}"`, [1]);
  check(`"api_key = \\"${drawn}\\"\\n",`, [1]);
  check(`DB_PASS=${drawn}\nMYSQL_PWD=${drawn}\nPASSPHRASE=${drawn}`, [1, 2, 3]);
  check(`<settings>\n  <password>${drawn}</password>\n</settings>`, [2]);
  check(`#define API_KEY "${drawn}"`, [1]);
  check(`ENV API_KEY ${drawn}`, [1]);
  check(`upload --api-key ${drawn} a.png`, [1]);
  check(`- name: API_KEY\n  value: ${drawn}`, [2]);
  check(`{"name": "API_KEY", "value": "${drawn}"}`, [1]);
  check('token = binascii.b2a_hex(drawn)', []);
  check('"password": "$DB_PASSWORD_1"', []);
  check('"key": "shift+alt+F10"', []);
  check('<Item key="row-42-cell-7b">', []);
  check('queryKey: "todos?page=1&x=2"', []);
  check('passwordHint: "At-least-8-chars!"', []);
  check(`gpg --recv-keys ${'4ED778F539E3634C779C87C6D7062848A1AB005C'}`, []);
  check('const bypass = the_name_of_a_way_2_go;', []);
  check('tokenUrl: "https://example.com/oauth2/token"', []);
  check('ENV KEY_FILE /etc/ssl/private/server1.pem', []);

  it('are found where they have signs', () => {
    const signs = ['p9$Kx!2mQz', '@7Lw#4Vn%8'].join('');
    assert.deepEqual(
      namedSecrets(`DB_PASSWORD="${signs}"`).map(({ start, end }) => end - start),
      [signs.length],
    );
  });

  check('token: refreshAccessTokenWhenItExpires', []);
  check('password: THE_NAME_OF_A_CONSTANT', []);

  it('are found where they have letters alone', () => {
    const letters = ['qRzLxVwTnKpB', 'sYdmHcGjQtFe'].join('');
    assert.equal(namedSecrets(`api_key=${letters}`).length, 1);
  });

  it('are found in every line and with every text around them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).filter((line) => !line.includes('\n'))),
        (lines) => {
          const before = lines.map((line) => line.replaceAll(/[\w=:-]/g, ' '));
          const text = [...before, `my_token = "${drawn}"`].join('\n');
          assert.deepEqual(linesOf(text), [lines.length + 1]);
        },
      ),
    );
  });

  it('have an entropy of no bits for one letter, and of three for eight different ones', () => {
    assert.equal(entropy('aaaa'), 0);
    assert.equal(entropy('abcdefgh'), 3);
  });
});

/** How payloads are stored: plain JSON, or AES-256-GCM with a key that lives in the keyring. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { storeLocked } from '../../core/errors.ts';

const plainCodec = 0;
export const aesCodec = 1;

const nonceLength = 12;
const tagLength = 16;

export interface Encoded {
  codec: number;
  payload: Uint8Array;
}

export class PayloadCodec {
  readonly #key: Uint8Array | undefined;

  /** `key` has 32 bytes; without it payloads are plain and encrypted ones cannot be read. */
  constructor(key: Uint8Array | undefined) {
    if (key && key.length !== 32) throw new RangeError(`key: got ${key.length} bytes; expected 32.`);
    this.#key = key;
  }

  get encrypts(): boolean {
    return this.#key !== undefined;
  }

  /** `context` names the row; an encrypted payload that is moved to another row cannot be read there. */
  encode(value: unknown, context: string): Encoded {
    return this.encodeBytes(Buffer.from(JSON.stringify(value), 'utf8'), context);
  }

  /** As `encode`, of what is bytes already. */
  encodeBytes(plain: Uint8Array, context: string): Encoded {
    if (!this.#key) return { codec: plainCodec, payload: plain };
    return { codec: aesCodec, payload: this.seal(plain, context) };
  }

  /** Throws `store_locked` without the key, and other errors for what cannot be read. */
  decode(encoded: Encoded, context: string): unknown {
    return JSON.parse(Buffer.from(this.decodeBytes(encoded, context)).toString('utf8'));
  }

  /** As `decode`, of what stays bytes. */
  decodeBytes({ codec, payload }: Encoded, context: string): Uint8Array {
    if (codec === plainCodec) return payload;
    if (codec !== aesCodec) throw new RangeError(`Unknown codec ${codec}.`);
    return this.unseal(payload, context);
  }

  /** Nonce, tag and content under the key. Throws `store_locked` without it. */
  seal(plain: Uint8Array, context = ''): Buffer {
    if (!this.#key) throw storeLocked();
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(context, 'utf8'));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Throws `store_locked` without the key, and what the cipher throws for what was not sealed with it. */
  unseal(sealed: Uint8Array, context = ''): Buffer {
    if (!this.#key) throw storeLocked();
    const bytes = Buffer.from(sealed);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceLength));
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()]);
  }
}

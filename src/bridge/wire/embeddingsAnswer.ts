import { noEmbeddings } from '../../core/errors.ts';
import { openAiErrorBody } from '../../protocol/wires/openai.ts';
import type { AnswerHead } from './answerReader.ts';
import { PassedChat } from './passedChat.ts';
import { parsedJson } from './translated.ts';

/** Numbers for texts, as they are; a server that knows no such address is told from one that does not know the model. */
export class EmbeddingsAnswer extends PassedChat {
  readonly #provider: string;

  constructor(host: string, key: string | undefined, provider: string) {
    super(host, key);
    this.#provider = provider;
  }

  override whole(head: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array } {
    const isAway = head.status === 404 || head.status === 405;
    if (isAway && !openAiErrorBody.safeParse(parsedJson(bytes.toString('utf8'))).data?.message)
      throw noEmbeddings(this.#provider);
    return super.whole(head, bytes);
  }
}

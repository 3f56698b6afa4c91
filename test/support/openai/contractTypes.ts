/** The types of the installed SDK that the provider and the fake are held to, under one name each. */
import type OpenAI from 'openai';

export interface Contract {
  request: OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
  whole: OpenAI.Chat.Completions.ChatCompletion;
  chunk: OpenAI.Chat.Completions.ChatCompletionChunk;
  model: OpenAI.Models.Model;
  response: OpenAI.Responses.Response;
  responseEvent: OpenAI.Responses.ResponseStreamEvent;
  embeddings: OpenAI.CreateEmbeddingResponse;
}

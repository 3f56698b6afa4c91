/** The types of the installed SDK that the fake is held to, under one name each. */
import type Anthropic from '@anthropic-ai/sdk';
import type { ErrorDetails, ErrorResponse } from '@anthropic-ai/sdk/resources/shared';

export interface Contract {
  request: Anthropic.MessageCreateParams;
  countRequest: Anthropic.MessageCountTokensParams;
  message: Anthropic.Message;
  event: Anthropic.RawMessageStreamEvent;
  error: ErrorResponse;
  errorDetails: ErrorDetails;
  tokens: Anthropic.MessageTokensCount;
  model: Anthropic.ModelInfo;
}

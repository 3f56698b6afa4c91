/** Name of Claude's key in `Secrets`. Apart from the provider, so that asking for the key does not load the SDK. */
export const anthropicKeyName = 'anthropic';

/** Error bodies in the API's shape; source: https://platform.claude.com/docs/en/api/errors. */
export const errorTypes = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
} as const;

export type ErrorStatus = keyof typeof errorTypes;

export class ApiFailure extends Error {
  readonly status: ErrorStatus;
  readonly headers: Record<string, string>;
  readonly errorCode: string | undefined;

  constructor(
    status: ErrorStatus,
    message: string,
    headers: Record<string, string> = {},
    errorCode?: string | undefined,
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.errorCode = errorCode;
  }
}

export const errorBody = (status: ErrorStatus, message: string, requestId: string, errorCode?: string) => ({
  type: 'error' as const,
  error: {
    type: errorTypes[status],
    message,
    ...(errorCode === undefined ? {} : { details: { error_code: errorCode } }),
  },
  request_id: requestId,
});

/** Says whether another attempt may succeed, in the header by which the API tells its SDKs. */
export const retryHeader = (status: ErrorStatus): Record<string, string> => ({
  'x-should-retry': String(status === 409 || status === 429 || status >= 500),
});

export function refuse(message: string): never {
  throw new ApiFailure(400, message);
}

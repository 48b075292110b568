// Reads a resource server's 401: whether a new access token can help.

/**
 * Codes with which a new token would be refused as well: they concern the application, the request or the user, not
 * the token's age.
 */
const beyondRefresh: ReadonlySet<string> = new Set([
  'not_authenticated',
  'bad_authorization_header',
  'insufficient_user_authentication',
  'no_active_account',
  'token_audience',
  'token_issuer',
  'token_type',
  'bad_api_key_header',
  'api_key_unknown',
  'api_key_ended',
  'api_key_expired',
  'invalid_client',
  'invalid_dpop_proof',
  'use_dpop_nonce',
])

/** Limit of the body: enough for any refusal of a token; a longer one is some other page. */
const longestBody = 16_384

/**
 * Whether a refresh can help. Also where there is no precise code: with other libraries, and for pages that may not
 * read the header.
 */
export async function refreshHelps(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const challenge = response.headers.get('www-authenticate')
  // RFC 9110 §11.6.1: other schemes need other credentials.
  if (challenge !== null && !/\b(bearer|dpop)\b/i.test(challenge)) return false
  const code = parameterOf(challenge, 'error_code') ?? parameterOf(challenge, 'error') ?? (await codeInBody(response))
  return code === null || !beyondRefresh.has(code)
}

/** RFC 9449 §12.2: a proof with another nonce, or by the server's clock, may be accepted. */
export const proofErrors: ReadonlySet<unknown> = new Set(['use_dpop_nonce', 'invalid_dpop_proof'])

/** Whether a resource server refuses the proof, and not the token (RFC 9449 §7.1, §9). */
export function isProofRefused({ status, headers }: Response): boolean {
  return status === 401 && proofErrors.has(parameterOf(headers.get('www-authenticate'), 'error'))
}

function parameterOf(challenge: string | null, name: string): string | null {
  return new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`, 'i').exec(challenge ?? '')?.[1] ?? null
}

/** The precise code `reason` in a body for simplejwt's clients, where it is ours. The response itself stays unread. */
async function codeInBody(response: Response): Promise<string | null> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (!response.headers.get('content-type')?.includes('json') || !(length <= longestBody)) return null
  try {
    const { reason, code } = (await response.clone().json()) as { reason?: unknown; code?: unknown }
    const given = reason ?? code
    return typeof given === 'string' ? given : null
  } catch {
    return null
  }
}

// What a resource server's 401 says, and whether a new access token can help.

/** A new token would be refused for the same: it is about the application, the request or the person, not about age. */
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

/** Long enough for any refusal of a token; more is somebody's page. */
const longestBody = 16_384

/** Can a refresh help? So too where nothing precise is told: other libraries, and pages that may not read the header. */
export async function refreshHelps(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const challenge = response.headers.get('www-authenticate')
  // RFC 9110 §11.6.1: other schemes want other credentials.
  if (challenge !== null && !/\b(bearer|dpop)\b/i.test(challenge)) return false
  const code = parameterOf(challenge, 'error_code') ?? parameterOf(challenge, 'error') ?? (await codeInBody(response))
  return code === null || !beyondRefresh.has(code)
}

/** RFC 9449 §12.2: a proof by another nonce, or by the server's clock, may be accepted. */
export const proofErrors: ReadonlySet<unknown> = new Set(['use_dpop_nonce', 'invalid_dpop_proof'])

/** Is it the proof that a resource server refuses, and not the token (RFC 9449 §7.1, §9)? */
export function isProofRefused({ status, headers }: Response): boolean {
  return status === 401 && proofErrors.has(parameterOf(headers.get('www-authenticate'), 'error'))
}

function parameterOf(challenge: string | null, name: string): string | null {
  return new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`, 'i').exec(challenge ?? '')?.[1] ?? null
}

/** simplejwt's wire: `reason` is the precise code, where it is ours. The answer itself stays unread. */
async function codeInBody(response: Response): Promise<string | null> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (!response.headers.get('content-type')?.includes('json') || !(length <= longestBody)) return null
  try {
    const { reason, code } = (await response.clone().json()) as { reason?: unknown; code?: unknown }
    const told = reason ?? code
    return typeof told === 'string' ? told : null
  } catch {
    return null
  }
}

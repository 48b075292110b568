// The two wire formats (simplejwt's and OAuth's): paths and bodies of requests, and which responses mean for certain
// that a session is over.
import type { Tokens } from './tokens.js'

export type Message = { path: string; json?: object; form?: Record<string, string> }

/** A response that is no success: `body` is an object, empty where it was no JSON. */
export type Refused = { status: number; body: Record<string, unknown> }

export type Wire = {
  /** Absent where users do not sign in with a password. */
  signIn?: (username: string, password: string, deviceToken: string | null) => Message
  /** Absent where no code is redeemed. */
  redeem?: (code: string, parameters: { redirect_uri?: string; code_verifier: string }) => Message
  refresh: (refresh: string) => Message
  signOut: (tokens: Tokens) => Message | null
  /** The code that says why the session is over; null where it may live: such a response signs no user out. */
  overBy: (refused: Refused) => string | null
}

/** simplejwt's format, of the built-in application. */
export const apiWire: Wire = {
  signIn: (username, password, deviceToken) => ({
    path: '/api/token/',
    json: { username, password, ...(deviceToken !== null && { device_token: deviceToken }) },
  }),
  refresh: refresh => ({ path: '/api/token/refresh/', json: { refresh } }),
  signOut: ({ refresh }) => (refresh === undefined ? null : { path: '/api/token/blacklist/', json: { refresh } }),
  overBy({ status, body }) {
    if (status !== 401) return null
    const { reason, code } = body
    // A former service, during the migration, has no reason.
    if (code === 'token_not_valid') return isCode(reason) ? reason : code
    // These two come without a code. Any other 401 is from a proxy in front of the server, and says nothing about the
    // session.
    return reason === 'user_inactive' || reason === 'user_unknown' ? reason : null
  },
}

/** OAuth's format, of a public application (RFC 6749 §6, RFC 7009). */
export function oauthWire(clientId: string): Wire {
  return {
    redeem: (code, { redirect_uri, code_verifier }) => ({
      path: '/oauth/token',
      form: {
        ...{ grant_type: 'authorization_code', code, code_verifier, client_id: clientId },
        ...(redirect_uri !== undefined && { redirect_uri }),
      },
    }),
    refresh: refresh_token => ({
      path: '/oauth/token',
      form: { grant_type: 'refresh_token', refresh_token, client_id: clientId },
    }),
    signOut: ({ refresh, access }) => ({
      path: '/oauth/revoke',
      form: { token: refresh ?? access, client_id: clientId },
    }),
    overBy({ status, body }) {
      if (status !== 400 || body.error !== 'invalid_grant') return null
      // The precise code is the last part of the address that explains it.
      const precise = String(body.error_uri ?? '').split('/errors/')[1]
      return isCode(precise) ? precise : 'invalid_grant'
    },
  }
}

const isCode = (value: unknown): value is string => typeof value === 'string' && /^[a-z_]{1,60}$/.test(value)

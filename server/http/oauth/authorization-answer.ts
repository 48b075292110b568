// Answers the application, through the person's browser: with a code, or with what failed. How says the response mode (OAuth
// 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode).
import type { PushedRequests } from '../../identity/authorizations/pushed-requests.js'
import type { AnswerAddress } from '../../policy/authorization-request.js'
import { type ErrorCode, refuse } from '../../protocol/errors.js'
import type { Context, WayBack } from '../handler.js'
import type { Pages } from '../pages/page.js'
import { allowFormAction } from './form-action.js'
import { described } from './present-error.js'

/** Codes of ours that are words of RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6 or RFC 8707 §2 themselves. */
const words = [
  'invalid_request',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'login_required',
  'consent_required',
  'interaction_required',
  'request_not_supported',
  'request_uri_not_supported',
  'invalid_request_uri',
  'registration_not_supported',
] as const satisfies readonly ErrorCode[]

/** What an application may be answered. */
export type AnswerError = (typeof words)[number] | 'temporarily_unavailable'

export function isAnswerError(code: ErrorCode): code is (typeof words)[number] {
  return (words as readonly ErrorCode[]).includes(code)
}

export type AuthorizationResult = { code: string } | { error: AnswerError; description?: string | undefined }

/** Errors that do not spend a pushed request: temporary failures, and that it was answered before. */
const unspent: ReadonlySet<AnswerError> = new Set(['temporarily_unavailable', 'invalid_request_uri'])

export type AuthorizationAnswerDeps = { pages: Pages; pushedRequests: Pick<PushedRequests, 'spend'>; issuer: string }

export function createAuthorizationAnswer({ pages, pushedRequests, issuer }: AuthorizationAnswerDeps) {
  function wayTo({ redirectUri, responseMode, state }: AnswerAddress, result: AuthorizationResult): WayBack {
    const fields = {
      ...('code' in result
        ? { code: result.code }
        : { error: result.error, ...(result.description && { error_description: described(result.description) }) }),
      ...(state !== undefined && { state }),
      // RFC 9207 §2: an application with several servers must not take one's answer for another's.
      iss: issuer,
    }
    if (responseMode === 'form_post') return { action: redirectUri, fields }
    return { href: withParameters(redirectUri, responseMode, fields) }
  }

  return {
    /**
     * Sends the browser to the application. A code has spent what was pushed where it was made; an error spends it here.
     * @throws invalid_request_uri: it was answered before
     */
    async send(ctx: Context, address: AnswerAddress, result: AuthorizationResult): Promise<void> {
      const { pushed } = address
      if (
        pushed !== undefined &&
        'error' in result &&
        !unspent.has(result.error) &&
        !(await pushedRequests.spend(pushed))
      )
        throw refuse('invalid_request_uri')
      const way = wayTo(address, result)
      if ('href' in way) {
        ctx.status = 303
        // Not ctx.redirect, which writes addresses anew: the application's is kept byte by byte.
        ctx.set('Location', way.href)
        ctx.body = ''
        return
      }
      allowFormAction(ctx, address.redirectUri)
      const t = pages.translate(ctx)
      await pages.show(ctx, 'oauth/form-post', { title: t('authorization.goOn.title'), inside: false, way })
    },

    /** For a link or a button of a page that goes there. */
    wayBack(ctx: Context, address: AnswerAddress, result: AuthorizationResult): WayBack {
      const way = wayTo(address, result)
      if ('action' in way) allowFormAction(ctx, address.redirectUri)
      return way
    },
  }
}

export type AuthorizationAnswer = ReturnType<typeof createAuthorizationAnswer>

/** RFC 6749 §3.1.2: a query that the address has is kept. */
export function withParameters(
  redirectUri: string,
  mode: 'query' | 'fragment',
  fields: Record<string, string>,
): string {
  const parameters = String(new URLSearchParams(fields))
  const uri = redirectUri.replace(/[^\x21-\x7e]+/g, encodeURIComponent)
  if (mode === 'fragment') return `${uri}#${parameters}`
  const joint = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  return `${uri}${joint}${parameters}`
}

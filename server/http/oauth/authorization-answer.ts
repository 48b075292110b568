// Answers the application through the browser (RFC 6749 §4.1.2): with a code, or with an error, in the way of the
// response mode (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode).
import type { PushedRequests } from '../../identity/authorizations/pushed-requests.js'
import type { AnswerAddress } from '../../policy/authorization-request.js'
import { type ErrorCode, refuse } from '../../protocol/errors.js'
import type { Context, ReturnTarget } from '../handler.js'
import type { Pages } from '../pages/page.js'
import { allowFormAction } from './form-action.js'
import { described } from './present-error.js'

/** Error codes that are also `error` values of RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6 or RFC 8707 §2. */
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

/** Values of `error` in an authorization response. */
export type AnswerError = (typeof words)[number] | 'temporarily_unavailable'

export function isAnswerError(code: ErrorCode): code is (typeof words)[number] {
  return (words as readonly ErrorCode[]).includes(code)
}

export type AuthorizationResult = { code: string } | { error: AnswerError; description?: string | undefined }

/** Errors that do not spend a pushed request: temporary failures, and that it was answered before. */
const unspent: ReadonlySet<AnswerError> = new Set(['temporarily_unavailable', 'invalid_request_uri'])

export type AuthorizationAnswerDeps = { pages: Pages; pushedRequests: Pick<PushedRequests, 'spend'>; issuer: string }

export function createAuthorizationAnswer({ pages, pushedRequests, issuer }: AuthorizationAnswerDeps) {
  function returnTargetOf(
    { redirectUri, responseMode, state }: AnswerAddress,
    result: AuthorizationResult,
  ): ReturnTarget {
    const fields = {
      ...('code' in result
        ? { code: result.code }
        : { error: result.error, ...(result.description && { error_description: described(result.description) }) }),
      ...(state !== undefined && { state }),
      // RFC 9207 §2: an application with several authorization servers must not mix up their answers.
      iss: issuer,
    }
    if (responseMode === 'form_post') return { action: redirectUri, fields }
    return { href: withParameters(redirectUri, responseMode, fields) }
  }

  return {
    /**
     * Sends the browser to the application. A pushed request is spent when its code is made; with an error it is spent
     * here.
     * @throws invalid_request_uri if it was answered before
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
      const way = returnTargetOf(address, result)
      if ('href' in way) {
        ctx.status = 303
        // Not ctx.redirect, which rewrites addresses: the application's redirect URI is kept byte by byte.
        ctx.set('Location', way.href)
        ctx.body = ''
        return
      }
      allowFormAction(ctx, address.redirectUri)
      const t = pages.translate(ctx)
      await pages.show(ctx, 'oauth/form-post', { title: t('authorization.goOn.title'), inside: false, way })
    },

    /** The answer as a link or a form, for a page with a button that leads to the application. */
    returnTo(ctx: Context, address: AnswerAddress, result: AuthorizationResult): ReturnTarget {
      const way = returnTargetOf(address, result)
      if ('action' in way) allowFormAction(ctx, address.redirectUri)
      return way
    },
  }
}

export type AuthorizationAnswer = ReturnType<typeof createAuthorizationAnswer>

/** Adds parameters to a redirect URI; RFC 6749 §3.1.2: its own query is kept. */
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

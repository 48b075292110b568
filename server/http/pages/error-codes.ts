// Documentation of the error codes: a page for each, which the `error_uri` of challenges links to, and a list.
import { type ErrorCode, errorRow, errors, refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { routes } from '../routes.js'
import type { Pages } from './page.js'
import type { Translate } from './texts.js'

/** Error codes grouped by where a request fails. A test checks that each code is in one group. */
export const errorGroups = {
  request: [
    ...['parse_error', 'malformed_request', 'invalid_fields', 'not_found', 'method_not_allowed', 'request_timeout'],
    ...['not_acceptable', 'payload_too_large', 'unsupported_media_type', 'expectation_failed', 'headers_too_large'],
    'form_refused',
  ],
  sender: [
    ...['not_authenticated', 'bad_authorization_header', 'no_active_account', 'insufficient_user_authentication'],
    ...['permission_denied', 'insufficient_scope', 'password_change_required', 'session_limit_reached'],
    ...['too_many_guesses'],
  ],
  apiKey: [
    ...['bad_api_key_header', 'api_key_unknown', 'api_key_ended', 'api_key_expired', 'api_key_scope'],
    ...['api_key_not_elevated', 'not_by_api_key', 'too_many_requests'],
  ],
  change: [
    'last_administrator',
    'built_in_role',
    'key_in_use',
    'preview_outdated',
    'policy_conflict',
    'configuration_conflict',
  ],
  token: [
    ...['token_malformed', 'token_signature', 'token_algorithm', 'token_key_unknown', 'token_key_revoked'],
    ...['token_issuer', 'token_audience', 'token_type', 'token_expired', 'token_not_yet_valid', 'token_claims'],
    ...['token_revoked', 'token_stale', 'session_ended', 'token_reused', 'user_inactive', 'user_unknown'],
    ...['application_disabled', 'legacy_token_after_cut_over', 'legacy_tokens_closed'],
    ...['token_bound', 'token_unbound', 'invalid_dpop_proof', 'use_dpop_nonce'],
  ],
  oauth: [
    ...['invalid_request', 'invalid_client', 'invalid_grant', 'unsupported_grant_type', 'invalid_scope'],
    ...['invalid_target', 'unauthorized_client', 'unsupported_token_type', 'code_reused', 'too_many_revocations'],
    ...['too_many_verifiers', 'too_many_from_network', 'authorization_pending', 'slow_down', 'expired_token'],
    ...['subject_token_invalid', 'actor_token_unsupported'],
  ],
  registration: [
    ...['registration_closed', 'registration_token_unknown', 'invalid_redirect_uri', 'invalid_client_metadata'],
    'too_many_registrations',
  ],
  authorization: [
    ...['unsupported_response_type', 'access_denied', 'login_required', 'consent_required', 'interaction_required'],
    ...['too_many_codes', 'request_not_supported', 'request_uri_not_supported', 'registration_not_supported'],
    ...['unknown_application', 'unregistered_redirect_uri', 'ticket_expired', 'logout_hint_refused'],
    ...['unregistered_logout_uri', 'invalid_request_uri'],
    ...['client_document_invalid', 'client_document_unavailable'],
  ],
  server: [
    ...[
      'overloaded',
      'server_busy',
      'database_unavailable',
      'application_keys_unavailable',
      'stopping',
      'log_went_back',
    ],
    ...['too_many_streams', 'streams_exhausted', 'revocations_unknown'],
    ...['clock_jumped', 'clock_went_back', 'server_error'],
  ],
} as const satisfies Record<string, readonly ErrorCode[]>

/** The sections of a code's page: keys of views/locales/errors/LANGUAGE.json, in the order of the page. */
export const errorParts = ['means', 'why', 'caller', 'administrator'] as const

/** Text with marked names of pages, codes and settings, some of which are links. */
export type Paragraph = { text: string; name?: true; href?: string }[]

/** Paths that a page can link to. */
const addresses: ReadonlySet<string> = new Set(
  Object.values(routes)
    .filter(({ method, path, access: { kind } }) => {
      return method === 'GET' && ['page', 'publicPage', 'open'].includes(kind) && !/[:*]/.test(path)
    })
    .map(({ path }) => path),
)

export function createErrorPages({ pages }: { pages: Pages }) {
  return {
    async errorsPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const groups = Object.entries(errorGroups).map(([name, codes]) => ({
        title: t(`errorPages.group.${name}`),
        rows: rowsOf(codes, t),
      }))
      await pages.show(ctx, 'errors', { title: t('errorPages.title'), lead: t('errorPages.lead'), groups })
    },

    async errorPage(ctx: Context): Promise<void> {
      const code = ctx.params.code ?? ''
      if (isCode(code)) await showOne(pages, ctx, code)
      else await showShared(pages, ctx, code)
    },
  }
}

const isCode = (text: string): text is ErrorCode => Object.hasOwn(errors, text)

async function showOne(pages: Pages, ctx: Context, code: ErrorCode): Promise<void> {
  const { status, clause } = errors[code]
  const t = pages.translate(ctx)
  const parts = errorParts.map(part => ({
    title: t(`errorPages.${part}`),
    prose: paragraphOf(t(`aboutErrors.${code}.${part}`)),
  }))
  const crumbs = [{ label: t('errorPages.title'), href: '/errors' }]
  const shown = { title: code, crumbs, code, status, clause, text: t(`errors.${code}`), parts }
  await pages.show(ctx, 'error-code', shown)
}

/** The page of a simplejwt `code` of several error codes, such as token_not_valid: `reason` is the precise one. */
async function showShared(pages: Pages, ctx: Context, code: string): Promise<void> {
  const codes = (Object.keys(errors) as ErrorCode[]).filter(ours => errorRow(ours).wireCode === code)
  if (codes.length === 0) throw refuse('not_found')
  const t = pages.translate(ctx)
  const crumbs = [{ label: t('errorPages.title'), href: '/errors' }]
  const groups = [{ title: t('errorPages.shares'), rows: rowsOf(codes, t) }]
  await pages.show(ctx, 'errors', { title: code, lead: t('errorPages.shared'), crumbs, groups })
}

const rowsOf = (codes: readonly ErrorCode[], t: Translate) =>
  codes.map(code => ({ code, status: errorRow(code).status, text: t(`errors.${code}`) }))

/** Parses a text in which names are between backticks. */
export function paragraphOf(text: string): Paragraph {
  return text.split('`').flatMap((part, index): Paragraph => {
    if (part === '') return []
    if (index % 2 === 0) return [{ text: part }]
    const href = Object.hasOwn(errors, part) ? `/errors/${part}` : addresses.has(part) ? part : undefined
    return [{ text: part, name: true, ...(href !== undefined && { href }) }]
  })
}

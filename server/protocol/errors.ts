// The catalogue of errors: every way a request can fail, once. Only this file has HTTP statuses; layers below HTTP
// throw `refuse(code)`, and one presenter per wire format writes it (http/wire/present-error.ts). `wire` and `wireCode`
// are for simplejwt's clients.
import { type FieldProblems, type Problem, type ProblemCode, problem, type ValuesOf, wireText } from './problems.js'
import type { Quota } from './rate-limit.js'

type ErrorRow = {
  status: number
  /** The text for users; it never contains a secret or a value from the request. */
  text: string
  clause: string
  /** `detail` in simplejwt's format, where it differs from `text`. */
  wire?: string
  /** `code` in simplejwt's format, where that library sends one. */
  wireCode?: string
  /** `detail`, without a `code`, where the token was in the body and not in the Authorization header. */
  wireInBody?: string
  /** Numbers that simplejwt's format contains beside. */
  figures?: readonly string[]
}

const notValid = 'token_not_valid'
const noAccountForToken = 'No active account found for the given token.'

export const errors = {
  // The request itself.
  parse_error: { status: 400, text: 'The request body could not be read.', clause: 'RFC 8259 §2' },
  malformed_request: {
    status: 400,
    text: 'The request is malformed.',
    clause: 'RFC 9110 §15.5.1',
    wireCode: 'malformed_request',
  },
  invalid_fields: { status: 400, text: 'Some fields are missing or wrong.', clause: 'RFC 9110 §15.5.1' },
  not_found: { status: 404, text: 'Not found.', clause: 'RFC 9110 §15.5.5' },
  method_not_allowed: { status: 405, text: 'This method is not allowed here.', clause: 'RFC 9110 §15.5.6' },
  request_timeout: {
    status: 408,
    text: 'The request took too long to arrive.',
    clause: 'RFC 9110 §15.5.9',
    wireCode: 'request_timeout',
  },
  not_acceptable: {
    status: 406,
    text: 'Could not satisfy the request Accept header.',
    clause: 'RFC 9110 §15.5.7',
  },
  payload_too_large: {
    status: 413,
    text: 'The request body is too large.',
    clause: 'RFC 9110 §15.5.14',
    wireCode: 'payload_too_large',
  },
  unsupported_media_type: { status: 415, text: 'Unsupported media type in request.', clause: 'RFC 9110 §15.5.16' },
  expectation_failed: {
    status: 417,
    text: 'The only supported expectation is 100-continue.',
    clause: 'RFC 9110 §15.5.18',
    wireCode: 'expectation_failed',
  },
  headers_too_large: {
    status: 431,
    text: 'The address and headers of the request are too large.',
    clause: 'RFC 6585 §5',
    wireCode: 'headers_too_large',
  },

  // Authentication of the client.
  not_authenticated: {
    status: 401,
    text: 'Authentication credentials were not provided.',
    clause: 'RFC 6750 §3',
  },
  bad_authorization_header: {
    status: 401,
    text: 'Authorization header must contain two space-delimited values',
    clause: 'RFC 6750 §2.1',
    wireCode: 'bad_authorization_header',
  },
  no_active_account: {
    status: 401,
    text: 'No active account found with the given credentials',
    clause: 'RFC 6749 §5.2',
    wireCode: 'no_active_account',
  },
  insufficient_user_authentication: {
    status: 401,
    text: 'This requires a sign-in within the last five minutes.',
    clause: 'RFC 9470 §3',
    wireCode: 'insufficient_user_authentication',
  },
  permission_denied: {
    status: 403,
    text: 'You do not have permission to perform this action.',
    clause: 'RFC 9110 §15.5.4',
  },
  insufficient_scope: {
    status: 403,
    text: 'The token lacks the required scope.',
    clause: 'RFC 6750 §3.1',
    wireCode: 'insufficient_scope',
  },
  password_change_required: {
    status: 403,
    text: 'Somebody else knows this password: choose a new one first, then refresh.',
    clause: 'RFC 9110 §15.5.4',
    wireCode: 'password_change_required',
  },
  form_refused: {
    status: 403,
    text: 'The form was not sent from a page of this site, or the page has been open for too long.',
    clause: 'RFC 9110 §15.5.4',
    wireCode: 'form_refused',
  },
  session_limit_reached: {
    status: 403,
    text: 'This user is signed in on as many devices as the policy allows.',
    clause: 'policy max_sessions_per_user',
    wireCode: 'session_limit_reached',
  },
  last_administrator: {
    status: 409,
    text: 'This would leave no administrator who can sign in.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'last_administrator',
  },

  built_in_role: {
    status: 409,
    text: 'This role is built in, and cannot be changed.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'built_in_role',
  },

  key_in_use: {
    status: 409,
    text: 'This key signs, or tokens that it signed may still be live.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'key_in_use',
  },
  preview_outdated: {
    status: 409,
    text: 'This would affect others than the preview showed: request the preview again.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'preview_outdated',
    figures: ['count'],
  },
  policy_conflict: {
    status: 409,
    text: 'A newer version of the policy conflicts with this change.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'policy_conflict',
  },
  configuration_conflict: {
    status: 409,
    text: 'Somebody has changed something else since the differences were shown: look at them again.',
    clause: 'RFC 9110 §15.5.10',
    wireCode: 'configuration_conflict',
  },
  too_many_guesses: {
    status: 429,
    text: 'Too many attempts to sign in; try again later.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_guesses',
  },

  // API keys.
  bad_api_key_header: {
    status: 401,
    text: 'Invalid token header. Token string should not contain spaces.',
    clause: 'RFC 9110 §11.4',
  },
  api_key_unknown: { status: 401, text: 'There is no such API key.', clause: 'RFC 9110 §15.5.2' },
  api_key_ended: { status: 401, text: 'The API key was ended.', clause: 'RFC 9110 §15.5.2' },
  api_key_expired: { status: 401, text: 'The API key has expired.', clause: 'RFC 9110 §15.5.2' },
  api_key_scope: {
    status: 403,
    text: 'The API key lacks the required scope.',
    clause: 'RFC 9110 §15.5.4',
    wireCode: 'api_key_scope',
  },
  api_key_not_elevated: {
    status: 403,
    text: 'This requires a recent sign-in; among API keys only elevated ones may do it.',
    clause: 'RFC 9110 §15.5.4',
    wireCode: 'api_key_not_elevated',
  },
  not_by_api_key: {
    status: 403,
    text: 'API keys may not do this: sign in.',
    clause: 'RFC 9110 §15.5.4',
    wireCode: 'not_by_api_key',
  },
  too_many_requests: {
    status: 429,
    text: 'Too many requests within one minute; no more are accepted until the next minute.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_requests',
  },

  // Every way a token can fail.
  token_malformed: {
    status: 401,
    text: 'The token is not a well-formed signed JWT.',
    clause: 'RFC 7519 §7.2',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_signature: {
    status: 401,
    text: 'The signature of the token does not match.',
    clause: 'RFC 7515 §5.2',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_algorithm: {
    status: 401,
    text: 'The token is signed with an algorithm that is not accepted for its key.',
    clause: 'RFC 8725 §3.1',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_key_unknown: {
    status: 401,
    text: 'The token names a key that this server does not have.',
    clause: 'RFC 7515 §4.1.4',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_key_revoked: {
    status: 401,
    text: 'The key that signed the token was revoked.',
    clause: 'RFC 7515 §4.1.4',
    wire: 'Token is blacklisted',
    wireCode: notValid,
  },
  token_issuer: {
    status: 401,
    text: 'The token was issued by another server.',
    clause: 'RFC 9068 §4',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_audience: {
    status: 401,
    text: 'The token is meant for another audience.',
    clause: 'RFC 9068 §4',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_type: {
    status: 401,
    text: 'The token has a different type than the one required here.',
    clause: 'RFC 8725 §3.11',
    wire: 'Token has wrong type',
    wireCode: notValid,
  },
  token_expired: {
    status: 401,
    text: 'The token has expired.',
    clause: 'RFC 7519 §4.1.4',
    wire: 'Token is expired',
    wireCode: notValid,
  },
  token_not_yet_valid: {
    status: 401,
    text: 'The token was issued in the future.',
    clause: 'RFC 7519 §4.1.6',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_claims: {
    status: 401,
    text: 'The token lacks a claim, or has an invalid one.',
    clause: 'RFC 9068 §2.2',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_revoked: {
    status: 401,
    text: 'The token was revoked.',
    clause: 'RFC 7009 §2',
    wire: 'Token is blacklisted',
    wireCode: notValid,
  },
  token_stale: {
    status: 401,
    text: 'The content of the token is out of date; a refresh returns a new one.',
    clause: 'RFC 9068 §5',
    wire: 'Token is expired',
    wireCode: notValid,
  },
  session_ended: {
    status: 401,
    text: 'The session of the token has ended.',
    clause: 'RFC 7009 §2.1',
    wire: 'Token is blacklisted',
    wireCode: notValid,
  },
  token_reused: {
    status: 401,
    text: 'The refresh token was already used; its session has been ended.',
    clause: 'RFC 9700 §4.14.2',
    wire: 'Token is blacklisted',
    wireCode: notValid,
  },
  user_inactive: {
    status: 401,
    text: 'The user of the token is disabled.',
    clause: 'RFC 6750 §3.1',
    wire: 'User is inactive',
    wireCode: 'user_inactive',
    wireInBody: noAccountForToken,
  },
  user_unknown: {
    status: 401,
    text: 'The user of the token does not exist.',
    clause: 'RFC 6750 §3.1',
    wire: 'User not found',
    wireCode: 'user_not_found',
    wireInBody: noAccountForToken,
  },
  application_disabled: {
    status: 401,
    text: 'The application of the token is disabled.',
    clause: 'RFC 6750 §3.1',
    wire: 'Token is blacklisted',
    wireCode: notValid,
  },

  // Tokens that are bound to a key, and their proofs.
  token_bound: {
    status: 401,
    text: 'The token is bound to a key: send it with the scheme DPoP and a proof made with that key.',
    clause: 'RFC 9449 §7.1',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  token_unbound: {
    status: 401,
    text: 'The token is not bound to a key, but was sent with the scheme DPoP, or to a resource that requires bound tokens.',
    clause: 'RFC 9449 §7.1',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  invalid_dpop_proof: {
    status: 401,
    text: 'The DPoP proof is missing, malformed, used before, too old, or made for another request, token or key.',
    clause: 'RFC 9449 §4.3',
    wireCode: 'invalid_dpop_proof',
  },
  use_dpop_nonce: {
    status: 401,
    text: 'The DPoP proof must contain the nonce of this answer.',
    clause: 'RFC 9449 §9',
    wireCode: 'use_dpop_nonce',
  },

  // Tokens of the former service.
  legacy_token_after_cut_over: {
    status: 401,
    text: 'The token was signed with the key of the former service after that service had stopped issuing tokens.',
    clause: 'RFC 8725 §3.10',
    wire: 'Token is invalid',
    wireCode: notValid,
  },
  legacy_tokens_closed: {
    status: 401,
    text: 'Tokens of the former service are no longer accepted; sign in to get new ones.',
    clause: 'RFC 8725 §3.10',
    wire: 'Token is expired',
    wireCode: notValid,
  },

  too_many_revocations: {
    status: 429,
    text: 'The application has revoked so many single tokens that no more are accepted until some of them have expired.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_revocations',
  },

  too_many_verifiers: {
    status: 429,
    text: 'The application has 100 connected verifiers, and no more are accepted.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_verifiers',
  },

  // Requests to OAuth's token endpoint.
  invalid_request: {
    status: 400,
    text: 'A parameter is missing, was sent more than once, or is invalid.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'invalid_request',
  },
  invalid_client: {
    status: 401,
    text: 'The application is unknown, or its authentication failed.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'invalid_client',
  },
  invalid_grant: {
    status: 400,
    text: 'The grant is invalid, has expired, was revoked, or was issued to another application.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'invalid_grant',
  },
  unsupported_grant_type: {
    status: 400,
    text: 'This grant type is not supported.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'unsupported_grant_type',
  },
  invalid_scope: {
    status: 400,
    text: 'The application may not have one of the requested scopes, or it was not granted.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'invalid_scope',
  },
  invalid_target: {
    status: 400,
    text: 'The resource is unknown, or none of the requested scopes belongs to it.',
    clause: 'RFC 8707 §2',
    wireCode: 'invalid_target',
  },
  unauthorized_client: {
    status: 400,
    text: 'The application may not get tokens in this way.',
    clause: 'RFC 6749 §5.2',
    wireCode: 'unauthorized_client',
  },
  unsupported_response_type: {
    status: 400,
    text: 'Only the response type code is supported.',
    clause: 'RFC 6749 §4.1.2.1',
    wireCode: 'unsupported_response_type',
  },
  unsupported_token_type: {
    status: 400,
    text: 'Tokens of this type cannot be revoked.',
    clause: 'RFC 7009 §2.2.1',
    wireCode: 'unsupported_token_type',
  },
  subject_token_invalid: {
    status: 400,
    text: 'The subject_token must be a live access token of a user, for the resource server that sends the request.',
    clause: 'RFC 8693 §2.2.2',
    wireCode: 'subject_token_invalid',
  },
  actor_token_unsupported: {
    status: 400,
    text: 'The application that sends the request is the actor: actor_token is not supported.',
    clause: 'RFC 8693 §2.1',
    wireCode: 'actor_token_unsupported',
  },
  access_denied: {
    status: 403,
    text: 'The user, or a rule of this server, denied the application access.',
    clause: 'RFC 6749 §4.1.2.1',
    wireCode: 'access_denied',
  },
  login_required: {
    status: 400,
    text: 'The user must sign in first.',
    clause: 'OpenID Connect Core §3.1.2.6',
    wireCode: 'login_required',
  },
  consent_required: {
    status: 400,
    text: 'The user must consent first.',
    clause: 'OpenID Connect Core §3.1.2.6',
    wireCode: 'consent_required',
  },
  interaction_required: {
    status: 400,
    text: 'The user must complete a step on the pages of this server first.',
    clause: 'OpenID Connect Core §3.1.2.6',
    wireCode: 'interaction_required',
  },
  authorization_pending: {
    status: 400,
    text: 'The user has not decided yet; poll again after the interval.',
    clause: 'RFC 8628 §3.5',
    wireCode: 'authorization_pending',
  },
  slow_down: {
    status: 400,
    text: 'The program polls too often: from now on it must wait five seconds longer between two requests.',
    clause: 'RFC 8628 §3.5',
    wireCode: 'slow_down',
  },
  expired_token: {
    status: 400,
    text: 'The code expired before a user decided; request a new one.',
    clause: 'RFC 8628 §3.5',
    wireCode: 'expired_token',
  },
  too_many_codes: {
    status: 429,
    text: 'Too many codes were issued within one minute; no more are issued until the next minute.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_codes',
  },
  too_many_from_network: {
    status: 429,
    text: 'Too many requests of this kind from this network; no more are accepted for a while.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_from_network',
  },
  request_not_supported: {
    status: 400,
    text: 'Request objects are not supported.',
    clause: 'OpenID Connect Core §6.1',
    wireCode: 'request_not_supported',
  },
  invalid_request_uri: {
    status: 400,
    text: 'The request_uri is unknown, was used before, or has expired.',
    clause: 'OpenID Connect Core §3.1.2.6',
    wireCode: 'invalid_request_uri',
  },
  request_uri_not_supported: {
    status: 400,
    text: 'URIs of request objects are not supported.',
    clause: 'OpenID Connect Core §6.2',
    wireCode: 'request_uri_not_supported',
  },
  registration_not_supported: {
    status: 400,
    text: 'The parameter registration is not supported.',
    clause: 'OpenID Connect Core §7.2.1',
    wireCode: 'registration_not_supported',
  },
  unknown_application: {
    status: 400,
    text: 'No application has this client_id, or it is disabled.',
    clause: 'RFC 6749 §4.1.2.1',
    wireCode: 'unknown_application',
  },
  client_document_invalid: {
    status: 400,
    text: 'The document that describes the application is not accepted here.',
    clause: 'draft-ietf-oauth-client-id-metadata-document §4',
    wireCode: 'client_document_invalid',
  },
  unregistered_redirect_uri: {
    status: 400,
    text: 'The redirect_uri is not registered for this application.',
    clause: 'RFC 6749 §3.1.2.4',
    wireCode: 'unregistered_redirect_uri',
  },
  logout_hint_refused: {
    status: 400,
    text: 'The id_token_hint was not issued by this server, or was issued to another application.',
    clause: 'OpenID Connect RP-Initiated Logout §4',
    wireCode: 'logout_hint_refused',
  },
  unregistered_logout_uri: {
    status: 400,
    text: 'The post_logout_redirect_uri is not registered for this application.',
    clause: 'OpenID Connect RP-Initiated Logout §3',
    wireCode: 'unregistered_logout_uri',
  },
  ticket_expired: {
    status: 400,
    text: 'This sign-in took too long, or was started in another browser. Start again from the application.',
    clause: 'RFC 6749 §10.12',
    wireCode: 'ticket_expired',
  },
  code_reused: {
    status: 401,
    text: 'The code was already redeemed; the session that it opened was ended.',
    clause: 'RFC 6749 §10.5',
    wireCode: 'code_reused',
  },

  // Applications that register themselves.
  registration_closed: {
    status: 403,
    text: 'Applications cannot register themselves here.',
    clause: 'RFC 7591 §3',
    wireCode: 'registration_closed',
  },
  registration_token_unknown: {
    status: 401,
    text: 'The token is unknown, has expired, is used up, was ended, or belongs to another application.',
    clause: 'RFC 7592 §2',
    wire: 'Token is invalid',
    wireCode: 'registration_token_unknown',
  },
  invalid_redirect_uri: {
    status: 400,
    text: 'A redirect_uri cannot be registered.',
    clause: 'RFC 7591 §3.2.2',
    wireCode: 'invalid_redirect_uri',
  },
  invalid_client_metadata: {
    status: 400,
    text: 'This client metadata cannot be registered.',
    clause: 'RFC 7591 §3.2.2',
    wireCode: 'invalid_client_metadata',
  },
  too_many_registrations: {
    status: 429,
    text: 'Too many applications have registered themselves recently; no more are accepted for a while.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_registrations',
  },

  // The state of this server.
  overloaded: {
    status: 503,
    text: 'Too many sign-ins at once; try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'overloaded',
  },
  server_busy: {
    status: 503,
    text: 'Too many requests at once; try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'server_busy',
  },
  too_many_streams: {
    status: 429,
    text: 'The application has the highest allowed number of connections to the revocation log.',
    clause: 'RFC 6585 §4',
    wireCode: 'too_many_streams',
  },
  streams_exhausted: {
    status: 503,
    text: 'This server has the highest possible number of readers of the revocation log.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'streams_exhausted',
  },
  database_unavailable: {
    status: 503,
    text: 'The database does not answer; try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'database_unavailable',
  },
  application_keys_unavailable: {
    status: 503,
    text: 'The keys of the application could not be fetched from its address; try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'application_keys_unavailable',
  },
  client_document_unavailable: {
    status: 503,
    text: 'The document that describes the application could not be fetched from its address; try again in a moment.',
    clause: 'draft-ietf-oauth-client-id-metadata-document §5.1',
    wireCode: 'client_document_unavailable',
  },
  stopping: {
    status: 503,
    text: 'This server is stopping; repeat the request, and another one answers.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'stopping',
  },
  log_went_back: {
    status: 503,
    text: 'The database is older than what this server has already reported: a backup was restored, or a replica took over too early. Nothing is issued or accepted until an operator has run: darvoza log advance',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'log_went_back',
  },
  revocations_unknown: {
    status: 503,
    text: 'The server cannot check right now whether the token was revoked; try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'revocations_unknown',
  },
  clock_jumped: {
    status: 503,
    text: 'The clock of the server jumped ahead, and by the new time this would have expired; in a few minutes the server knows whether that time is right. Try again then.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'clock_jumped',
  },
  clock_went_back: {
    status: 503,
    text: 'The token was issued in the future, because the clock of the server went back. Try again in a moment.',
    clause: 'RFC 9110 §15.6.4',
    wireCode: 'clock_went_back',
  },
  server_error: {
    status: 500,
    text: 'Something went wrong on our side.',
    clause: 'RFC 9110 §15.6.1',
    wireCode: 'server_error',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errors

export type RefusalDetails = {
  /** The exact problem, where a value helps: its text replaces the catalogue's. Never a secret. */
  problem?: Problem
  /** The exact problem in English, where HTTP itself refuses a request: a media type, a method. */
  detail?: string
  /** The problems of each field; `non_field_errors` for the whole body. */
  fields?: FieldProblems
  /** Numbers in the response: those that the code's row names. */
  figures?: Record<string, number>
  /** Seconds until a retry makes sense. */
  retryAfter?: number
  /** Headers that the response must have, such as Allow. */
  headers?: Record<string, string>
  /** Quotas that the rate limits of such requests leave to the client. */
  quotas?: readonly Quota[]
  /** Whether the refused token was in the Authorization header (RFC 6750 §3). */
  inHeader?: boolean
  /** Whether the refused token was an API key, with the scheme `Token`. */
  ofApiKey?: true
  /** Whether the refusal concerns the actor, not the subject: an action on many subjects stops there. */
  ofSender?: true
  /** For our log only. */
  cause?: unknown
  /** For our log only: the reason, where the response must not reveal it, and the user concerned. */
  logged?: { reason: string; user: number | null }
}

/** A failure with a code of the catalogue. Any other exception reaches the client as `server_error`. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly details: RefusalDetails = {},
  ) {
    const { detail, problem, cause } = details
    super(detail ?? (problem ? wireText(problem) : errors[code].text), { cause })
    this.name = 'Refusal'
  }

  get status(): number {
    return errors[this.code].status
  }
}

/** Makes the refusal to throw: `throw refuse('token_expired')`. */
export function refuse(code: ErrorCode, details?: RefusalDetails): Refusal {
  return new Refusal(code, details)
}

/** Makes an `invalid_fields` refusal about one field: `throw refuseField('name', 'too_long', { count: 60 })`. */
export function refuseField<Code extends ProblemCode>(field: string, code: Code, ...values: ValuesOf<Code>): Refusal {
  return refuseFields({ [field]: [problem(code, ...values)] })
}

/** Makes an `invalid_fields` refusal about several fields; `non_field_errors` for the whole of what was sent. */
export function refuseFields(fields: FieldProblems): Refusal {
  return new Refusal('invalid_fields', { fields })
}

/** The catalogue's row of a code, typed with every optional member. */
export function errorRow(code: ErrorCode): ErrorRow {
  return errors[code]
}

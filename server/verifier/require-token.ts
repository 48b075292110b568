// Decides whether a request may pass by its token, for any framework. It reads only headers: a token in an address ends
// up in logs (RFC 6750 §5.3), one in a cookie is sent by other sites.
import { type Refusal, Refusal as RefusalError, refuse } from '../protocol/errors.js'
import { challengesOf, type Scheme } from './challenge.js'
import { requireNames } from './check-access.js'
import type { VerifiedClaims } from './claims.js'
import type { Needs } from './needs.js'
import { pathOf } from './paths.js'
import type { ProtectRules } from './protected-routes.js'
import { type RefusalTexts, refusalBody } from './refusal-body.js'
import { createResourceMetadata, type MetadataAnswer, type ResourceMetadata } from './resource-metadata.js'
import type { Access, TokenRequest } from './token-request.js'

/** The part of a verifier that is used. */
export type TokenVerifier = {
  /** Address of the token server, for links that explain each code. */
  readonly issuer?: string
  /** The identifier of this resource server, where it is an address from which clients derive that of its metadata. */
  readonly audience?: string
  verify(token: string, needs?: Needs): Promise<VerifiedClaims>
  verifyApiKey(text: string, needs?: Needs): Promise<VerifiedClaims>
  /** RFC 9449 §9: the nonce for the next proof; null where proofs need none. */
  proofNonce?(): string | null
}

export type RequireTokenOptions = {
  /** Default `api`. */
  realm?: string
  /**
   * The address at which clients reach this application, such as `https://api.example.com`: DPoP proofs must be made for it
   * (`htu`). Without it the request's own header `Host` counts, so that a proof made for another server can be replayed here.
   */
  baseUrl?: string
  /**
   * RFC 9449: whether bound tokens, with the scheme DPoP, are accepted, required (no others are accepted), or
   * refused. Default `accepted`.
   */
  dpop?: 'accepted' | 'required' | 'refused'
  /** Whether API keys (`Authorization: Token dvz_key_…`) are accepted. Default true. */
  apiKeys?: boolean
  /**
   * RFC 9728: what unconfigured clients learn of this resource server; challenges contain its address. Served by the
   * first part of this library that gets the request for it; an address instead of an object: it is served elsewhere.
   */
  resourceMetadata?: string | ResourceMetadata
  /** The application's own texts of refusals. */
  refusal?: RefusalTexts
  /** Default `answer`. `throw`: the refusal goes to the framework's error handler as a RefusedRequest. */
  onRefusal?: 'answer' | 'throw'
}

/** The response in place of the route's; undefined for no body at all. */
export type GivenAnswer = { status: number; headers: Record<string, string>; body: unknown }

/** A refusal with the properties that error handlers of Koa, Express and Fastify read. */
export class RefusedRequest extends Error {
  override name = 'RefusedRequest'
  readonly status: number
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: unknown
  readonly code: string
  readonly expose = true

  constructor(refusal: Refusal, { status, headers, body }: GivenAnswer) {
    super(refusal.message, { cause: refusal })
    this.status = status
    this.statusCode = status
    this.headers = headers
    this.body = body
    this.code = refusal.code
  }
}

/** The known options, with those of `protect` and of servers without a framework, which pass their options on. */
const known: readonly string[] = [
  ...(['realm', 'baseUrl', 'dpop', 'apiKeys', 'resourceMetadata', 'refusal', 'onRefusal'] as const),
  ...(['open', 'routes', 'needs', 'preflights', 'onFault'] as const),
] satisfies (keyof RequireTokenOptions | keyof ProtectRules | 'onFault')[]

const waysOfDpop = [undefined, 'accepted', 'required', 'refused'] satisfies RequireTokenOptions['dpop'][] as unknown[]

/**
 * @param scopes that any route behind it requires
 * @throws TypeError for invalid options: when the application starts, not at a request
 */
export function createTokenGate(
  verifier: TokenVerifier,
  options: RequireTokenOptions = {},
  scopes: readonly string[] = [],
) {
  requireNames('an option of the middleware', options, known)
  if (!waysOfDpop.includes(options.dpop)) throw new TypeError(`dpop is ${waysOfDpop.slice(1).join(', ')}`)
  const { realm = 'api', dpop = 'accepted', apiKeys = true, resourceMetadata, refusal: texts } = options
  const baseUrl = options.baseUrl?.replace(/\/+$/, '')
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) throw new TypeError('baseUrl is no address')
  const schemes: Scheme[] = [
    ...(dpop === 'required' ? [] : (['Bearer'] as const)),
    ...(dpop === 'refused' ? [] : (['DPoP'] as const)),
    ...(apiKeys ? (['Token'] as const) : []),
  ]
  const { issuer, audience } = verifier
  const metadata =
    typeof resourceMetadata === 'object'
      ? createResourceMetadata(resourceMetadata, { issuer, audience, dpop, scopes })
      : null
  const challengeContext = {
    realm,
    issuer,
    resourceMetadata: metadata?.address ?? (resourceMetadata as string | undefined),
    schemes,
  }

  /**
   * @param accessOf what the request requires; may refuse it
   * @returns the token's claims; null where none is required and the request has none
   * @throws RefusedRequest
   */
  async function admit(request: TokenRequest, accessOf: () => Access): Promise<VerifiedClaims | null> {
    let credentials: Credentials | null = null
    let needs: Needs = {}
    try {
      const access = accessOf()
      if (access === 'anyone') return null
      const { optional = false, ...asked } = access
      needs = asked
      credentials = credentialsOf(request)
      if (credentials === null && optional) return null
      return await claimsOf(credentials, request, needs)
    } catch (error) {
      // Any other exception is a fault, for the framework to report. The request does not pass either way.
      if (!(error instanceof RefusalError)) throw error
      throw refused(error, credentials?.scheme ?? null, request, needs)
    }
  }

  async function claimsOf(
    credentials: Credentials | null,
    request: TokenRequest,
    asked: Needs,
  ): Promise<VerifiedClaims> {
    if (credentials === null || !schemes.includes(credentials.scheme)) throw refuse('not_authenticated')
    const { scheme, parts } = credentials
    // Only GET and HEAD: `allowReadsUntilExpiry` never lets a token write whose revocation cannot be checked.
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    const needs = { ...asked, allowReadsUntilExpiry: isReading && asked.allowReadsUntilExpiry === true }
    if (scheme === 'Token') return verifier.verifyApiKey(apiKeyIn(parts), needs)
    const [token, ...more] = parts
    if (token === undefined || more.length > 0) throw refuse('bad_authorization_header')
    if (scheme === 'Bearer') return verifier.verify(token, needs)
    return verifier.verify(token, { ...needs, proof: proofOf(request) })
  }

  function proofOf({ method, target, origin, headers, rawHeaders, request }: TokenRequest): Proof {
    const known = proofs.get(request)
    if (known) return known
    // RFC 9449 §4.3, 1: one header `DPoP` at most.
    const { dpop: shown } = headers
    if (typeof shown !== 'string' || countOf(rawHeaders, 'dpop') > 1) throw refuse('invalid_dpop_proof')
    // RFC 9112 §3.2.2: a target in absolute form contains a host, which the client chooses, and which need not be ours.
    const path = target.startsWith('/') ? target : pathOf(target)
    const url = baseUrl === undefined && !target.startsWith('/') ? target : `${baseUrl ?? origin}${path ?? ''}`
    const proof = { dpop: shown, method, url }
    proofs.set(request, proof)
    return proof
  }

  function refused(refusal: Refusal, scheme: Scheme | null, request: TokenRequest, needs: Needs): RefusedRequest {
    const { code, status, details } = refusal
    // RFC 9110 §10.2.3: a temporary failure is retried, and never makes a client drop its token.
    const wait = details.retryAfter ?? (status === 503 || status === 429 ? 1 : undefined)
    const challenges = challengesOf(refusal, scheme, needs, challengeContext)
    const nonce = code === 'use_dpop_nonce' ? verifier.proofNonce?.() : null
    const headers = {
      'Cache-Control': 'no-store',
      ...(nonce && { 'DPoP-Nonce': nonce }),
      ...(challenges.length > 0 && { 'WWW-Authenticate': challenges.join(', ') }),
      ...(wait !== undefined && { 'Retry-After': String(Math.ceil(wait)) }),
    }
    const body = refusalBody({ code, status, refusal, scheme, needs, request }, texts)
    return new RefusedRequest(refusal, { status, headers, body })
  }

  return {
    admit,
    refused,

    /** The metadata of this resource server; null where the request is not for it. */
    metadataFor: (request: TokenRequest): MetadataAnswer | null => metadata?.answerTo(request) ?? null,
  }
}

export type TokenGate = ReturnType<typeof createTokenGate>

type Proof = NonNullable<Needs['proof']>

/** Proofs by request: where an application checks one request at several places, its proof is used once. */
const proofs = new WeakMap<object, Proof>()

type Credentials = { scheme: Scheme; parts: string[] }

const schemeNames: Readonly<Record<string, Scheme>> = { bearer: 'Bearer', dpop: 'DPoP', token: 'Token' }

/**
 * The credential of a request; other schemes are ignored. The name is case-insensitive (RFC 9110 §11.1). @throws
 * invalid_request
 */
function credentialsOf({ headers: { authorization }, rawHeaders }: TokenRequest): Credentials | null {
  // Node keeps the first of two headers and drops the other, which a proxy in front of this application may have
  // checked.
  if (Array.isArray(authorization) || countOf(rawHeaders, 'authorization') > 1)
    throw refuse('invalid_request', { detail: 'The header Authorization was sent more than once.' })
  const [name = '', ...parts] = (authorization ?? '').split(' ').filter(Boolean)
  const scheme = Object.hasOwn(schemeNames, name.toLowerCase()) ? schemeNames[name.toLowerCase()]! : null
  return scheme && { scheme, parts }
}

function countOf(rawHeaders: readonly string[] | undefined, name: string): number {
  let count = 0
  for (let at = 0; at < (rawHeaders?.length ?? 0); at += 2) if (rawHeaders![at]!.toLowerCase() === name) count += 1
  return count
}

/** With the errors of Django REST framework's TokenAuthentication. @throws bad_api_key_header */
function apiKeyIn([text, ...more]: string[]): string {
  const refuseHeader = (detail: string) => refuse('bad_api_key_header', { detail: `Invalid token header. ${detail}` })
  if (text === undefined) throw refuseHeader('No credentials provided.')
  if (more.length > 0) throw refuseHeader('Token string should not contain spaces.')
  if (/[^\x21-\x7e]/.test(text)) throw refuseHeader('Token string should not contain invalid characters.')
  return text
}

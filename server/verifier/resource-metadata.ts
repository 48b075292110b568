// Protected resource metadata (RFC 9728): where tokens for this resource server are issued, and which scopes there are.
// Unconfigured clients begin here: a refusal has the document's address, and the document the token server's.
import { proofAlgorithms } from '../protocol/dpop.js'
import { requireNames } from './check-access.js'
import { pathOf } from './paths.js'
import type { Access, TokenRequest } from './token-request.js'

export type ResourceMetadata = {
  /** The identifier (RFC 9728 §2), where it is not the verifier's audience. */
  resource?: string
  /** Scopes that clients ask for first. Default: all that the rules of `protect` name. */
  scopes?: readonly string[]
  /** Name for users, who are asked for access to it. */
  name?: string
  /** Address of pages for users. */
  documentation?: string
  policy?: string
  terms?: string
}

/** Facts for the metadata from the verifier and from other options. */
export type MetadataFacts = {
  issuer: string | undefined
  audience: string | undefined
  dpop: 'accepted' | 'required' | 'refused'
  scopes: readonly string[]
}

export type MetadataAnswer = { status: number; headers: Record<string, string>; body: object | null }

const members = ['resource', 'scopes', 'name', 'documentation', 'policy', 'terms'] satisfies (keyof ResourceMetadata)[]
const wellKnown = '/.well-known/oauth-protected-resource'

/** Public, also for pages of another origin, which send headers of their own: MCP-Protocol-Version. */
const forAnyOrigin = { 'Access-Control-Allow-Origin': '*' }
const preflightHeaders = {
  ...forAnyOrigin,
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '86400',
}

/** @throws TypeError where the document could not be found, or would name no token server */
export function createResourceMetadata(given: ResourceMetadata, facts: MetadataFacts) {
  requireNames('resourceMetadata', given, members)
  const { issuer, dpop } = facts
  const { resource = facts.audience ?? '', scopes = facts.scopes } = given
  if (issuer === undefined) throw new TypeError('resourceMetadata: the verifier tells no issuer')
  const address = addressOf(resource)
  const body = {
    resource,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    // RFC 9728 §2; tokens in addresses and forms are not accepted here.
    bearer_methods_supported: ['header'],
    ...(dpop !== 'refused' && { dpop_signing_alg_values_supported: proofAlgorithms }),
    ...(dpop === 'required' && { dpop_bound_access_tokens_required: true }),
    ...(given.name !== undefined && { resource_name: given.name }),
    ...(given.documentation !== undefined && { resource_documentation: given.documentation }),
    ...(given.policy !== undefined && { resource_policy_uri: given.policy }),
    ...(given.terms !== undefined && { resource_tos_uri: given.terms }),
  }
  const headers = { ...forAnyOrigin, 'Cache-Control': 'public, max-age=300' }

  return {
    address: address.href,

    /** @returns null where the request is for something else */
    answerTo({ method, target }: Pick<TokenRequest, 'method' | 'target'>): MetadataAnswer | null {
      // Only this exact spelling, like all open routes. A query is ignored.
      if (pathOf(target) !== address.pathname) return null
      if (method === 'GET' || method === 'HEAD') return { status: 200, headers, body }
      return method === 'OPTIONS' ? { status: 204, headers: preflightHeaders, body: null } : null
    },
  }
}

/** RFC 9728 §3.1: the well-known path comes between the host and the path, without a lone slash behind the host. */
function addressOf(resource: string): URL {
  const url = URL.canParse(resource) ? new URL(resource) : null
  const isLoopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) || url.hash || url.search)
    throw new TypeError(
      `resourceMetadata: the identifier of the resource must be its https address, without query and fragment; it is ${resource || 'not there'}`,
    )
  return new URL(`${wellKnown}${url.pathname === '/' ? '' : url.pathname}`, url.origin)
}

/** All scopes that some route requires, each once. */
export function scopesIn(accesses: Iterable<Access>): string[] {
  const words = [...accesses].flatMap(one => (one === 'anyone' ? [] : (one.scope ?? [])))
  return [...new Set(words)]
}

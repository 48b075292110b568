// Server metadata for clients (OpenID Connect Discovery §3, RFC 8414 §2): one document for both, made from the same
// tables as the endpoints.
import { z } from 'zod'
import { authenticationMethods, standardScopes } from '../../policy/application-metadata.js'
import { prompts, responseModes, responseTypes } from '../../policy/authorization-rules.js'
import type { Policy } from '../../policy/policies.js'
import { scopeClaims } from '../../policy/scope-claims.js'
import { signingAlgorithmNames } from '../../protocol/algorithms.js'
import { proofAlgorithms } from '../../protocol/dpop.js'
import { challengeMethods } from '../../protocol/pkce.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import { idTokenClaims } from '../../tokens/id-token.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'
import type { Context } from '../handler.js'
import { languages } from '../pages/texts.js'
import { answerPrepared, type Prepared, prepareJson } from '../prepared.js'
import type { Answer } from '../wire/answers.js'
import type { Grant } from './grants/grant.js'

/** Paths of endpoints by their metadata names. Endpoints that are not in the route table are left out. */
export const endpoints = {
  authorization_endpoint: '/oauth/authorize',
  pushed_authorization_request_endpoint: '/oauth/par',
  token_endpoint: '/oauth/token',
  device_authorization_endpoint: '/oauth/device_authorization',
  userinfo_endpoint: '/oauth/userinfo',
  end_session_endpoint: '/oauth/logout',
  introspection_endpoint: '/oauth/introspect',
  revocation_endpoint: '/oauth/revoke',
  registration_endpoint: '/oauth/register',
  jwks_uri: '/.well-known/jwks.json',
} as const

/** Endpoints that depend on the policy. */
const offered: Partial<Record<keyof typeof endpoints, (policy: Policy) => boolean>> = {
  registration_endpoint: policy => policy.client_registration !== 'closed',
}

const words = z.array(z.string())

export const discoverySchema = z
  .object({
    issuer: z.string(),
    ...(Object.fromEntries(Object.keys(endpoints).map(name => [name, z.string().optional()])) as {
      [N in keyof typeof endpoints]: z.ZodOptional<z.ZodString>
    }),
    scopes_supported: words,
    response_types_supported: words,
    response_modes_supported: words,
    grant_types_supported: words,
    subject_types_supported: words,
    id_token_signing_alg_values_supported: words,
    token_endpoint_auth_methods_supported: words,
    token_endpoint_auth_signing_alg_values_supported: words,
    introspection_endpoint_auth_methods_supported: words,
    introspection_endpoint_auth_signing_alg_values_supported: words,
    revocation_endpoint_auth_methods_supported: words,
    revocation_endpoint_auth_signing_alg_values_supported: words,
    dpop_signing_alg_values_supported: words,
    code_challenge_methods_supported: words,
    authorization_response_iss_parameter_supported: z.boolean(),
    claim_types_supported: words,
    claims_supported: words,
    claims_parameter_supported: z.boolean(),
    request_parameter_supported: z.boolean(),
    request_uri_parameter_supported: z.boolean(),
    require_pushed_authorization_requests: z.boolean(),
    prompt_values_supported: words,
    ui_locales_supported: words,
    backchannel_logout_supported: z.boolean(),
    backchannel_logout_session_supported: z.boolean(),
    client_id_metadata_document_supported: z.boolean().optional(),
  })
  .meta({ id: 'Discovery' })

export type DiscoveryDeps = {
  issuer: string
  signingKeys: SigningKeys
  policy: PolicyInForce
  grants: readonly Grant[]
  /** Paths of the route table. */
  paths: readonly string[]
}

export function createDiscoveryHandlers({ issuer, signingKeys, policy, grants, paths }: DiscoveryDeps) {
  const confidential = authenticationMethods.filter(method => method !== 'none')
  const present = (Object.entries(endpoints) as [keyof typeof endpoints, string][]).filter(([, path]) =>
    paths.includes(path),
  )
  const unchanging: Omit<Answer<typeof discoverySchema>, keyof ReturnType<typeof changing>> = {
    issuer,
    scopes_supported: standardScopes,
    response_types_supported: responseTypes,
    response_modes_supported: responseModes,
    grant_types_supported: grants.map(grant => grant.grantType),
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: authenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: signingAlgorithmNames,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: signingAlgorithmNames,
    revocation_endpoint_auth_methods_supported: authenticationMethods,
    revocation_endpoint_auth_signing_alg_values_supported: signingAlgorithmNames,
    // RFC 9449 §5.1
    dpop_signing_alg_values_supported: proofAlgorithms,
    code_challenge_methods_supported: challengeMethods,
    // RFC 9207 §3
    authorization_response_iss_parameter_supported: true,
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...scopeClaims.flatMap(row => row.claims)],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    // `request_uri_parameter_supported` is true by default. Pushed requests are accepted all the same (RFC 9126 §5).
    request_uri_parameter_supported: false,
    prompt_values_supported: prompts,
    ui_locales_supported: Object.keys(languages),
    // OpenID Connect Back-Channel Logout 1.0 §2.1: each logout token names the session.
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  }
  /** Addresses of the endpoints that the route table has and the policy allows. */
  function addresses(): Partial<Record<keyof typeof endpoints, string>> {
    const there = present.filter(([name]) => offered[name]?.(policy()) ?? true)
    return Object.fromEntries(there.map(([name, path]) => [name, `${issuer}${path}`]))
  }

  /** Metadata that change with the signing keys and the policy. */
  const changing = () => ({
    id_token_signing_alg_values_supported: signingKeys.activeAlgorithms(),
    require_pushed_authorization_requests: policy().require_pushed_authorization_requests,
    // draft-ietf-oauth-client-id-metadata-document §6
    ...(policy().client_id_metadata_documents !== 'off' && { client_id_metadata_document_supported: true }),
  })
  let prepared: (Prepared & { policy: Policy; keys: number }) | null = null

  /** The serialized document, made again only after the keys or the policy have changed. */
  function prepare(): Prepared {
    const [present, keys] = [policy(), signingKeys.version()]
    if (prepared?.policy !== present || prepared.keys !== keys)
      prepared = { policy: present, keys, ...prepareJson({ ...unchanging, ...addresses(), ...changing() }) }
    return prepared
  }

  const answer = (ctx: Context) => answerPrepared(ctx, prepare())

  return { openidConfiguration: answer, authorizationServer: answer }
}

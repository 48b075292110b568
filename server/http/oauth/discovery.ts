// What clients learn of us by themselves (OpenID Connect Discovery §3, RFC 8414 §2): one document for both, made from the
// tables that the endpoints are made from.
import { z } from 'zod'
import { authenticationMethods, standardScopes } from '../../policy/application-metadata.js'
import { prompts, responseModes, responseTypes } from '../../policy/authorization-rules.js'
import { scopeClaims } from '../../policy/scope-claims.js'
import { signingAlgorithmNames } from '../../protocol/algorithms.js'
import { challengeMethods } from '../../protocol/pkce.js'
import { idTokenClaims } from '../../tokens/id-token.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'
import type { Context } from '../handler.js'
import { languages } from '../pages/texts.js'
import { answerPrepared, type Prepared, prepareJson } from '../prepared.js'
import type { Answer } from '../wire/answers.js'
import type { Grant } from './grants/grant.js'

/** By what each is called there. What is not in the table of routes is not told. */
export const endpoints = {
  authorization_endpoint: '/oauth/authorize',
  token_endpoint: '/oauth/token',
  userinfo_endpoint: '/oauth/userinfo',
  end_session_endpoint: '/oauth/logout',
  introspection_endpoint: '/oauth/introspect',
  revocation_endpoint: '/oauth/revoke',
  jwks_uri: '/.well-known/jwks.json',
} as const

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
    code_challenge_methods_supported: words,
    authorization_response_iss_parameter_supported: z.boolean(),
    claim_types_supported: words,
    claims_supported: words,
    claims_parameter_supported: z.boolean(),
    request_parameter_supported: z.boolean(),
    request_uri_parameter_supported: z.boolean(),
    prompt_values_supported: words,
    ui_locales_supported: words,
  })
  .meta({ id: 'Discovery' })

export type DiscoveryDeps = {
  issuer: string
  signingKeys: SigningKeys
  grants: readonly Grant[]
  /** Of the table of routes. */
  paths: readonly string[]
}

export function createDiscoveryHandlers({ issuer, signingKeys, grants, paths }: DiscoveryDeps) {
  const confidential = authenticationMethods.filter(method => method !== 'none')
  const present = Object.entries(endpoints).filter(([, path]) => paths.includes(path))
  const unchanging: Omit<Answer<typeof discoverySchema>, 'id_token_signing_alg_values_supported'> = {
    issuer,
    ...Object.fromEntries(present.map(([name, path]) => [name, `${issuer}${path}`])),
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
    code_challenge_methods_supported: challengeMethods,
    // RFC 9207 §3
    authorization_response_iss_parameter_supported: true,
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...scopeClaims.flatMap(row => row.claims)],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    // True where it is left out.
    request_uri_parameter_supported: false,
    prompt_values_supported: prompts,
    ui_locales_supported: Object.keys(languages),
  }
  let prepared: (Prepared & { algorithms: string }) | null = null

  /** Made anew with the first and the last key of an algorithm, and otherwise never. */
  function prepare(): Prepared {
    const active = signingKeys.activeAlgorithms()
    const algorithms = active.join(' ')
    if (prepared?.algorithms === algorithms) return prepared
    prepared = { algorithms, ...prepareJson({ ...unchanging, id_token_signing_alg_values_supported: active }) }
    return prepared
  }

  const answer = (ctx: Context) => answerPrepared(ctx, prepare())

  return { openidConfiguration: answer, authorizationServer: answer }
}

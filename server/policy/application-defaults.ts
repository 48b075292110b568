// The default metadata of a new application, by its kind. Rules read the metadata alone, which may set anything else.
import type { ApplicationKind, ApplicationMetadata } from './application-metadata.js'

const ofPeople = {
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid profile email',
} as const

const byKind: Record<ApplicationKind, ApplicationMetadata> = {
  web: {
    application_type: 'web',
    grant_types: [...ofPeople.grant_types],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: ofPeople.scope,
  },
  // RFC 9700 §2.1.1, RFC 8252 §8.4: an application that runs on its user's machine keeps no secret.
  browser: {
    application_type: 'web',
    grant_types: [...ofPeople.grant_types],
    token_endpoint_auth_method: 'none',
    scope: ofPeople.scope,
  },
  native: {
    application_type: 'native',
    grant_types: [...ofPeople.grant_types],
    token_endpoint_auth_method: 'none',
    scope: ofPeople.scope,
  },
  machine: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
  resource_server: { grant_types: [], token_endpoint_auth_method: 'client_secret_basic' },
}

/** Metadata completed with the defaults of its kind. */
export function withDefaults(kind: ApplicationKind, metadata: ApplicationMetadata): ApplicationMetadata {
  const whole = { ...byKind[kind], ...metadata }
  // A file may have any value here; the schema validates it.
  const byCode = Array.isArray(whole.grant_types) && whole.grant_types.includes('authorization_code')
  return { ...whole, response_types: metadata.response_types ?? (byCode ? ['code'] : []) }
}

/** Whether the application authenticates with a secret that this server makes. */
export function usesSecret({ token_endpoint_auth_method: method }: ApplicationMetadata): boolean {
  return method === 'client_secret_basic' || method === 'client_secret_post'
}

/** RFC 6749 §2.1: a public client does not authenticate, so anyone can claim its id. */
export function isPublicClient({ token_endpoint_auth_method: method }: ApplicationMetadata): boolean {
  return method === 'none'
}

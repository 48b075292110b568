// Code snippets that connect an application: which there are, for which applications, and what each needs. Their texts
// are templates of `views/snippets/`, filled by snippet-values.ts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { scopeWords } from '../../../policy/application-metadata.js'
import { deviceGrantType } from '../../../policy/device-request.js'
import { tokenExchangeGrant } from '../../../policy/token-exchange.js'
import { filled, isNative, type Language, loopbackOf, valuesOf } from './snippet-values.js'

type SnippetRow = {
  /** The name of the library or tool. */
  label: string
  language: Language
  /** Whether the snippet is of use to an application. */
  isFor: (application: PublicApplication) => boolean
  /** The only client authentication method that the snippet works with. */
  method?: 'client_secret_basic' | 'client_secret_post'
  /** It verifies tokens offline: revocations are unknown to it. */
  offline?: true
  /** It follows the revocation log, with an access token of the application itself. */
  followsLog?: true
}

const signsIn = ({ metadata }: PublicApplication) => metadata.grant_types?.includes('authorization_code') ?? false
const isPublic = ({ metadata }: PublicApplication) => metadata.token_endpoint_auth_method === 'none'
const hasSecret = ({ metadata }: PublicApplication) =>
  metadata.token_endpoint_auth_method === 'client_secret_basic' ||
  metadata.token_endpoint_auth_method === 'client_secret_post'
const isMachine = ({ metadata }: PublicApplication) => metadata.grant_types?.includes('client_credentials') ?? false
const asksByDevice = ({ metadata }: PublicApplication) => metadata.grant_types?.includes(deviceGrantType) ?? false
const mayFollowLog = (application: PublicApplication) =>
  isMachine(application) && scopeWords(application.metadata.scope ?? '').includes('revocations:read')
const exchanges = ({ metadata }: PublicApplication) => metadata.grant_types?.includes(tokenExchangeGrant) ?? false
const isResource = ({ resource }: PublicApplication) => resource !== null
const signsInOnServer = (application: PublicApplication) => signsIn(application) && !isPublic(application)

/** The snippets, in the order in which they are offered. */
const snippets = {
  'openid-client': { label: 'Node: openid-client', language: 'javascript', isFor: signsInOnServer },
  'passport-openidconnect': {
    label: 'Node: passport-openidconnect',
    language: 'javascript',
    // The library sends no PKCE parameters: it works only for an application that is exempt from PKCE.
    isFor: application =>
      signsInOnServer(application) && hasSecret(application) && application.metadata.allow_without_pkce === true,
    method: 'client_secret_post',
  },
  'oidc-client-ts': {
    label: 'Browser: oidc-client-ts',
    language: 'javascript',
    isFor: application => signsIn(application) && isPublic(application) && !isNative(application),
  },
  'openid-client-native': {
    label: 'Node: openid-client',
    language: 'javascript',
    isFor: application => signsIn(application) && isNative(application) && loopbackOf(application) !== undefined,
  },
  authlib: {
    label: 'Python: Authlib (Flask)',
    language: 'python',
    isFor: application => signsInOnServer(application) && hasSecret(application),
  },
  mod_auth_openidc: {
    label: 'Apache: mod_auth_openidc',
    language: 'apache',
    isFor: application => signsInOnServer(application) && hasSecret(application),
  },
  curl: {
    label: 'curl',
    language: 'shell',
    isFor: application => signsIn(application) && (isPublic(application) || hasSecret(application)),
  },
  'openid-client-device': { label: 'Node: openid-client', language: 'javascript', isFor: asksByDevice },
  'curl-device': {
    label: 'curl',
    language: 'shell',
    isFor: application => asksByDevice(application) && (isPublic(application) || hasSecret(application)),
  },
  'openid-client-machine': { label: 'Node: openid-client', language: 'javascript', isFor: isMachine },
  'curl-machine': {
    label: 'curl',
    language: 'shell',
    isFor: application => isMachine(application) && hasSecret(application),
  },
  'openid-client-exchange': { label: 'Node: openid-client', language: 'javascript', isFor: exchanges },
  'curl-exchange': {
    label: 'curl',
    language: 'shell',
    isFor: application => exchanges(application) && hasSecret(application),
  },
  'verifier-express': {
    label: 'Node: darvoza/verifier (Express)',
    language: 'javascript',
    isFor: application => isResource(application) && hasSecret(application),
    method: 'client_secret_basic',
    followsLog: true,
  },
  'verifier-koa': {
    label: 'Node: darvoza/verifier (Koa)',
    language: 'javascript',
    isFor: application => isResource(application) && hasSecret(application),
    method: 'client_secret_basic',
    followsLog: true,
  },
  jose: { label: 'Node: jose', language: 'javascript', isFor: isResource, offline: true },
  pyjwt: { label: 'Python: PyJWT', language: 'python', isFor: isResource, offline: true },
  introspection: {
    label: 'curl',
    language: 'shell',
    isFor: application => isResource(application) && hasSecret(application),
  },
} as const satisfies Record<string, SnippetRow>

export type SnippetName = keyof typeof snippets
const names = Object.keys(snippets) as SnippetName[]

/** A snippet for the page. `does`: a text of `snippets.does`. `needs`: what must be set up before it works. */
export type Snippet = {
  name: SnippetName
  label: string
  code: string
  does: 'signIn' | 'device' | 'program' | 'exchange' | 'follow' | 'verify' | 'introspect'
  needs: ('post' | 'basic' | 'log')[]
  offline: boolean
}

const does: Partial<Record<SnippetName, Snippet['does']>> = {
  'openid-client-device': 'device',
  'curl-device': 'device',
  'openid-client-machine': 'program',
  'curl-machine': 'program',
  'openid-client-exchange': 'exchange',
  'curl-exchange': 'exchange',
  'verifier-express': 'follow',
  'verifier-koa': 'follow',
  jose: 'verify',
  pyjwt: 'verify',
  introspection: 'introspect',
}

/** @param root folder that holds `views/` */
export function createSnippets(root: string, issuer: string) {
  const templates = new Map(
    names.map(name => [name, readFileSync(join(root, 'views/snippets', `${name}.txt`), 'utf8')]),
  )

  return (application: PublicApplication): Snippet[] =>
    names
      .filter(name => snippets[name].isFor(application))
      .map(name => {
        const { label, language, offline }: SnippetRow = snippets[name]
        return {
          name,
          label,
          code: filled(templates.get(name)!, language, valuesOf(application, issuer)),
          does: does[name] ?? 'signIn',
          needs: needsOf(snippets[name], application),
          offline: offline === true,
        }
      })
}

function needsOf({ method, followsLog }: SnippetRow, application: PublicApplication): Snippet['needs'] {
  const isOther = method !== undefined && application.metadata.token_endpoint_auth_method !== method
  return [
    ...(isOther ? [method === 'client_secret_post' ? ('post' as const) : ('basic' as const)] : []),
    ...(followsLog && !mayFollowLog(application) ? (['log'] as const) : []),
  ]
}

export type Snippets = ReturnType<typeof createSnippets>

// Code snippets that connect an application: templates of `views/snippets/`, filled with the application's ids and
// addresses and this server's. In a template `{{name}}` is a value, quoted for the template's language; `{{{name}}}` is
// code made here. Never a secret: a placeholder stands for it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { scopeWords } from '../../../policy/application-metadata.js'
import { deviceGrantType } from '../../../policy/device-request.js'
import { tokenExchangeGrant } from '../../../policy/token-exchange.js'

type Language = 'javascript' | 'python' | 'shell' | 'apache'

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

type Values = { texts: Record<string, string>; code: Record<string, string> }

/** How each language quotes a text, whatever is in it. */
const quoted: Record<Language, (text: string) => string> = {
  javascript: text => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`,
  python: text => JSON.stringify(text),
  shell: text => `'${text.replaceAll("'", `'\\''`)}'`,
  apache: text => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
}

function filled(template: string, language: Language, { texts, code }: Values): string {
  return template
    .replace(/\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}/g, (_, made?: string, text?: string) => {
      const found = made === undefined ? texts[text!] : code[made]
      if (found === undefined) throw new Error(`a snippet names ${made ?? text}, which is not there`)
      return made === undefined ? quoted[language](found) : found
    })
    .trimEnd()
}

function valuesOf(application: PublicApplication, issuer: string): Values {
  const { id, metadata, resource, resourceScopes } = application
  const redirectUri = loopbackOf(application) ?? metadata.redirect_uris?.[0] ?? 'https://app.example/callback'
  const [postLogout] = metadata.post_logout_redirect_uris ?? []
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  const scope = signInScope(metadata.scope ?? 'openid profile email')
  const forPrograms = scopeWords(metadata.scope ?? '').filter(word => !ofPeople.has(word))
  const js = quoted.javascript
  const secretVariable = method === 'private_key_jwt' ? 'PRIVATE_KEY' : 'CLIENT_SECRET'
  const resourceScope = resourceScopes[0]?.name
  const [target] = metadata.token_exchange ?? []
  const authorize = new URLSearchParams({ response_type: 'code', client_id: id, redirect_uri: redirectUri, scope })
  return {
    texts: {
      issuer,
      issuer_metadata: `${issuer}/.well-known/openid-configuration`,
      jwks: `${issuer}/.well-known/jwks.json`,
      token_endpoint: `${issuer}/oauth/token`,
      device_endpoint: `${issuer}/oauth/device_authorization`,
      introspection_endpoint: `${issuer}/oauth/introspect`,
      authorize_address: `${issuer}/oauth/authorize?${authorize}&code_challenge_method=S256`,
      client_id: id,
      redirect_uri: redirectUri,
      redirect_path: URL.canParse(redirectUri) ? new URL(redirectUri).pathname : '/callback',
      redirect_host: URL.canParse(redirectUri)
        ? new URL(redirectUri).hostname.replace(/^\[(.*)\]$/, '$1')
        : '127.0.0.1',
      scope,
      scope_without_openid: scopeWords(scope)
        .filter(word => word !== 'openid')
        .join(' '),
      resource: resource ?? '',
      method,
    },
    code: {
      method,
      port: portOf(redirectUri),
      // Libraries refuse plain http unless an option allows it; it is used on localhost only.
      insecure: issuer.startsWith('http:') ? '\n  { execute: [client.allowInsecureRequests] },' : '',
      authentication: authentications[method],
      import_key: method === 'private_key_jwt' ? `\nimport { importPKCS8 } from 'jose'` : '',
      and_jose: method === 'private_key_jwt' ? ' jose' : '',
      secret_assignment: method === 'none' ? '' : `${secretVariable}='…' `,
      secret_line: method === 'none' ? '' : `\nconst secret = env.${secretVariable}`,
      import_env: method === 'none' ? '' : `import { env } from 'node:process'\n`,
      resource_needs: resourceScope === undefined ? '' : `, { scope: ${js(resourceScope)} }`,
      secret_variable: secretVariable,
      and_post_logout: postLogout === undefined ? '' : `, post_logout_redirect_uri: ${js(postLogout)}`,
      post_logout_line: postLogout === undefined ? '' : `\n  post_logout_redirect_uri: ${js(postLogout)},`,
      machine_parameters: forPrograms.length > 0 ? `{ scope: ${js(forPrograms.join(' '))} }` : '{}',
      curl_machine_parameters:
        forPrograms.length > 0 ? ` \\\n  --data-urlencode scope=${quoted.shell(forPrograms.join(' '))}` : '',
      exchange_resource: js(target?.resource ?? 'https://api.example'),
      curl_exchange_resource: quoted.shell(target?.resource ?? 'https://api.example'),
      curl_authentication: curlAuthentication(id, method),
    },
  }
}

/** Scopes that need a user: a program that asks for them for itself is refused. */
const ofPeople: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'roles', 'offline_access'])

/** The scope of a sign-in: `openid` for the user's id; an open page gets refresh tokens without `offline_access`. */
function signInScope(allowed: string): string {
  const words = scopeWords(allowed)
  const first = ['openid', ...words.filter(word => word !== 'openid' && word !== 'offline_access')]
  return first.join(' ')
}

const authentications = {
  client_secret_basic: 'client.ClientSecretBasic(secret)',
  client_secret_post: 'client.ClientSecretPost(secret)',
  private_key_jwt: "client.PrivateKeyJwt(await importPKCS8(secret, 'ES256'))",
  none: 'client.None()',
} as const

function curlAuthentication(id: string, method: keyof typeof authentications): string {
  if (method === 'none') return `--data-urlencode client_id=${quoted.shell(id)}`
  if (method === 'client_secret_post')
    return `--data-urlencode client_id=${quoted.shell(id)} --data-urlencode "client_secret=$CLIENT_SECRET"`
  return `-u ${quoted.shell(id)}":$CLIENT_SECRET"`
}

function portOf(redirectUri: string): string {
  return (URL.canParse(redirectUri) && new URL(redirectUri).port) || '3000'
}

function isNative({ metadata }: PublicApplication): boolean {
  return metadata.application_type === 'native'
}

const loopbacks: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

/** The loopback redirect URI of a native application. */
function loopbackOf(application: PublicApplication): string | undefined {
  if (!isNative(application)) return undefined
  return application.metadata.redirect_uris?.find(
    uri => uri.startsWith('http:') && URL.canParse(uri) && loopbacks.includes(new URL(uri).hostname),
  )
}

// Values of the templates of snippets: ids and addresses of the application and of this server. In a template `{{name}}`
// is a value, quoted for the template's language; `{{{name}}}` is code made here. Secrets are placeholders.
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { scopeWords } from '../../../policy/application-metadata.js'

export type Language = 'javascript' | 'python' | 'shell' | 'apache'

type Values = { texts: Record<string, string>; code: Record<string, string> }

/** How each language quotes a text, whatever is in it. */
const quoted: Record<Language, (text: string) => string> = {
  javascript: text => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`,
  python: text => JSON.stringify(text),
  shell: text => `'${text.replaceAll("'", `'\\''`)}'`,
  apache: text => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
}

export function filled(template: string, language: Language, { texts, code }: Values): string {
  return template
    .replace(/\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}/g, (_, made?: string, text?: string) => {
      const found = made === undefined ? texts[text!] : code[made]
      if (found === undefined) throw new Error(`a snippet names ${made ?? text}, which is not there`)
      return made === undefined ? quoted[language](found) : found
    })
    .trimEnd()
}

export function valuesOf(application: PublicApplication, issuer: string): Values {
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

export function isNative({ metadata }: PublicApplication): boolean {
  return metadata.application_type === 'native'
}

const loopbacks: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

/** The loopback redirect URI of a native application. */
export function loopbackOf(application: PublicApplication): string | undefined {
  if (!isNative(application)) return undefined
  return application.metadata.redirect_uris?.find(
    uri => uri.startsWith('http:') && URL.canParse(uri) && loopbacks.includes(new URL(uri).hostname),
  )
}

// Code snippets that are pasted unchanged: correct addresses, no value that can break out of its place, and valid
// syntax for the interpreters that are installed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createSnippets, type SnippetName } from '../../server/http/pages/admin/snippets.js'
import type { PublicApplication } from '../../server/identity/applications/public-application.js'
import { deviceGrantType } from '../../server/policy/device-request.js'
import { needsProgram } from '../support/engines.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const issuer = 'https://id.example'
const snippetsOf = createSnippets(root, issuer)

function anApplication(changes: Partial<PublicApplication> = {}): PublicApplication {
  return {
    ...{ id: 'shop', name: 'Shop', kind: 'web', origin: 'administrator', active: true, version: 1, createdAt: 1 },
    metadata: {
      redirect_uris: ['https://shop.example/callback'],
      post_logout_redirect_uris: ['https://shop.example/'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'openid profile email',
    },
    ...{ resource: null, resourceScopes: [] },
    ...changes,
  }
}

const machine = anApplication({
  kind: 'machine',
  metadata: {
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'orders:read',
  },
})
const native = anApplication({
  kind: 'native',
  metadata: {
    application_type: 'native',
    redirect_uris: ['uz.shop.app:/callback', 'http://127.0.0.1/callback'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
  },
})
const page = anApplication({
  kind: 'browser',
  metadata: { ...anApplication().metadata, token_endpoint_auth_method: 'none' },
})
const television = anApplication({
  kind: 'native',
  metadata: {
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: [deviceGrantType, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile',
  },
})
const resource = anApplication({
  kind: 'resource_server',
  metadata: { token_endpoint_auth_method: 'client_secret_basic' },
  resource: 'https://api.shop.example',
})

const named = (application: PublicApplication, name: SnippetName) =>
  snippetsOf(application).find(one => one.name === name)!

describe('code snippets of an application', () => {
  it('are offered by the kind of the application', () => {
    const offered = (application: PublicApplication) => snippetsOf(application).map(one => one.name)
    expect(offered(anApplication())).to.deep.equal(['openid-client', 'authlib', 'mod_auth_openidc', 'curl'])
    expect(offered(page)).to.deep.equal(['oidc-client-ts', 'curl'])
    expect(offered(native)).to.deep.equal(['openid-client-native', 'curl'])
    expect(offered(machine)).to.deep.equal(['openid-client-machine', 'curl-machine'])
    expect(offered(television)).to.deep.equal(['openid-client-device', 'curl-device'])
    expect(offered(resource)).to.deep.equal(['verifier-express', 'verifier-koa', 'jose', 'pyjwt', 'introspection'])
  })

  it('contain the issuer, the client_id, a redirect URI and the scopes', () => {
    for (const { name, code } of snippetsOf(anApplication())) {
      for (const said of [issuer, 'shop']) expect(code, name).to.include(said)
      expect(code, name).to.match(/https:\/\/shop\.example\/callback|https%3A%2F%2Fshop\.example%2Fcallback/)
      expect(code, name).to.match(/profile[ +]email/)
      expect(code, name).to.not.match(/\{\{|undefined/)
    }
    expect(named(machine, 'curl-machine').code).to.include("scope='orders:read'")
    expect(named(resource, 'jose').code).to.include("audience: 'https://api.shop.example'")
    expect(named(native, 'openid-client-native').code).to.include("new URL('http://127.0.0.1/callback')")
  })

  it('authenticate by the registered token_endpoint_auth_method', () => {
    const by = (method: 'client_secret_post' | 'private_key_jwt') =>
      anApplication({ metadata: { ...anApplication().metadata, token_endpoint_auth_method: method } })
    expect(named(anApplication(), 'openid-client').code).to.include('ClientSecretBasic')
    expect(named(by('client_secret_post'), 'openid-client').code).to.include('ClientSecretPost')
    expect(named(by('private_key_jwt'), 'openid-client').code)
      .to.include('PrivateKeyJwt')
      .and.include("from 'jose'")
    expect(named(anApplication(), 'curl').code).to.include(`-u 'shop'":$CLIENT_SECRET"`)
    expect(named(by('client_secret_post'), 'curl').code).to.include('client_secret=$CLIENT_SECRET')
    expect(named(page, 'curl').code).to.not.include('CLIENT_SECRET')
    expect(named(television, 'openid-client-device').code).to.include('client.None()').and.not.include('secret')
    const box = {
      ...television,
      metadata: { ...television.metadata, token_endpoint_auth_method: 'private_key_jwt' as const },
    }
    expect(named(box, 'openid-client-device').code).to.include('PrivateKeyJwt').and.include('env.PRIVATE_KEY')
    expect(named(box, 'curl-device')).to.equal(undefined)
  })

  it('use a library without PKCE only with allow_without_pkce, and list further requirements', () => {
    const excused = (method: 'client_secret_basic' | 'client_secret_post') =>
      anApplication({
        metadata: {
          ...anApplication().metadata,
          token_endpoint_auth_method: method,
          allow_without_pkce: true,
        },
      })
    expect(named(anApplication(), 'passport-openidconnect')).to.equal(undefined)
    expect(named(excused('client_secret_basic'), 'passport-openidconnect').needs).to.deep.equal(['post'])
    expect(named(excused('client_secret_post'), 'passport-openidconnect').needs).to.deep.equal([])
    expect(named(anApplication(), 'openid-client').needs).to.deep.equal([])
    const follower = (token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post') => ({
      ...resource,
      metadata: { grant_types: ['client_credentials' as const], scope: 'revocations:read', token_endpoint_auth_method },
    })
    expect(named(resource, 'verifier-koa').needs).to.deep.equal(['log'])
    expect(named(follower('client_secret_basic'), 'verifier-koa').needs).to.deep.equal([])
    expect(named(follower('client_secret_post'), 'verifier-express').needs).to.deep.equal(['basic'])
  })

  it('allow plain HTTP only when the issuer is localhost', () => {
    const local = createSnippets(root, 'http://localhost:4000')
    const code = (of: typeof snippetsOf) => of(anApplication()).find(one => one.name === 'openid-client')!.code
    expect(code(local)).to.include('allowInsecureRequests')
    expect(code(snippetsOf)).to.not.include('allowInsecureRequests')
  })

  it('are valid in their language, and run no command injected by an address', function () {
    for (const program of ['bash', 'python3']) needsProgram(this, program)
    const folder = mkdtempSync(join(tmpdir(), 'snippets-'))
    // Has every kind of quote: if one ended its place, the command after it would run.
    const nasty = `https://shop.example/a'b"c$(touch ${folder}/run)\`touch ${folder}/run\`\\`
    const spoilt = (application: PublicApplication) => ({
      ...application,
      metadata: { ...application.metadata, redirect_uris: [nasty], post_logout_redirect_uris: [nasty] },
      ...(application.resource && { resource: nasty }),
    })
    try {
      for (const application of [anApplication(), page, native, television, machine, resource])
        for (const of of [application, spoilt(application)])
          for (const { name, code } of snippetsOf(of)) {
            const path = join(folder, name === 'authlib' || name === 'pyjwt' ? `${name}.py` : `${name}.mjs`)
            writeFileSync(path, code)
            if (name === 'authlib' || name === 'pyjwt')
              execFileSync('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', path])
            else if (/curl|introspection/.test(name)) execFileSync('bash', ['-n', path])
            else if (name !== 'mod_auth_openidc') execFileSync(process.execPath, ['--check', path])
          }
      const shell = named(spoilt(anApplication()), 'curl')
        .code.replace(/^curl/m, 'echo')
        .replace(/^read.*/m, '')
      const said = execFileSync('bash', ['-c', shell], { encoding: 'utf8' })
      expect(said).to.include(`redirect_uri=${nasty}`)
      expect(() => execFileSync('test', ['!', '-e', join(folder, 'run')])).to.not.throw()
    } finally {
      rmSync(folder, { recursive: true })
    }
  }).timeout(30_000)
})

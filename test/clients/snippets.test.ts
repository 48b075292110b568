// Code snippets of the admin pages, each pasted into a program that runs against a real server.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createSnippets, type SnippetName } from '../../server/http/pages/admin/snippets.js'
import type { VerifierStatus } from '../../server/verifier/status.js'
import { decide, television } from '../support/device-codes.js'
import { aFolder, needsProgram } from '../support/engines.js'
import { anIssuer, asAdministrator, basicProof, registered } from '../support/issuer.js'
import { freePort } from '../support/mariadb.js'
import type { TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

async function snippet({ composed, settings }: TestServer, id: string, name: SnippetName): Promise<string> {
  const application = await composed.parts.applications.applications.require(id)
  return createSnippets(root, settings.issuer)(application).find(one => one.name === name)!.code
}

/** A folder with the packages that the snippets import. */
function aProject(): string {
  const folder = aFolder()
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@koa'), { recursive: true })
  for (const name of ['express', 'koa', '@koa/router', 'openid-client'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  symlinkSync(root, join(modules, 'darvoza'))
  return folder
}

const programs: ChildProcess[] = []

/** Runs a program. @param heard receives the output so far @returns all output at its end */
function begin(code: string, command: string, variables: Record<string, string> = {}, heard = (_: string) => {}) {
  const folder = aProject()
  const path = join(folder, 'app.mjs')
  writeFileSync(path, code)
  const program = spawn(command, [path], { cwd: folder, env: { PATH: process.env.PATH, ...variables } })
  programs.push(program)
  let said = ''
  for (const stream of [program.stdout, program.stderr])
    stream.setEncoding('utf8').on('data', text => {
      said += text
      heard(said)
    })
  return new Promise<string>((resolve, reject) =>
    program.once('close', status => (status === 0 ? resolve(said) : reject(new Error(`${status}: ${said}`)))),
  )
}

describe('code snippets of the admin pages, run as programs', function () {
  this.timeout(60_000)
  afterEach(() => {
    for (const program of programs.splice(0)) program.kill('SIGKILL')
  })

  it('openid-client and curl get tokens by the device flow, with and without a secret', async function () {
    for (const program of ['bash', 'curl', 'jq']) needsProgram(this, program)
    const server = await anIssuer()
    const amy = await server.aUser({ username: 'amy' })
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const run = async (name: SnippetName, command: string, method: 'none' | 'client_secret_basic'): Promise<string> => {
      const id = `${name}-${method}`
      const metadata = { ...television, token_endpoint_auth_method: method }
      const secret = await registered(server, id, method === 'none' ? 'native' : 'web', metadata)
      let deciding: Promise<unknown> | undefined
      const said = await begin(
        await snippet(server, id, name),
        command,
        secret ? { CLIENT_SECRET: secret } : {},
        text => {
          const [userCode] = /\b[B-Z]{4}-[B-Z]{4}\b/.exec(text) ?? []
          if (userCode) deciding ??= decide(visitor, userCode, 'allow')
        },
      )
      await deciding
      expect(said, id).to.include(`Open ${server.settings.issuer}/device and type `)
      return said
    }
    const both = async (method: 'none' | 'client_secret_basic'): Promise<void> => {
      const [node, shell] = await Promise.all([
        run('openid-client-device', process.execPath, method),
        run('curl-device', 'bash', method),
      ])
      expect(node).to.include(`sub: '${amy.id}'`).and.include("preferred_username: 'amy'")
      expect(JSON.parse(shell.slice(shell.indexOf('{')))).to.include.keys('access_token', 'id_token')
    }
    await Promise.all([both('none'), both('client_secret_basic')])
  })

  it('the verifier in Express and Koa answers 200 with the scope, 403 without it, 401 once revoked', async () => {
    const server = await anIssuer()
    for (const name of ['verifier-express', 'verifier-koa'] as const) {
      const resource = `https://${name}.example`
      const [read, list] = [`${name}:read`, `${name}:list`]
      const secret = await registered(server, name, 'resource_server', {
        resource,
        resource_scopes: [read, list].map(word => ({ name: word, description: word })),
        ...{ grant_types: ['client_credentials'], scope: 'revocations:read' },
      })
      const program = `${name}-machine`
      const proof = basicProof(program, await registered(server, program, 'machine', { scope: `${read} ${list}` }))
      const tokenWith = async (scope: string): Promise<string> => {
        const body = new URLSearchParams({ grant_type: 'client_credentials', scope, resource })
        const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', headers: proof.headers!, body })
        return ((await answer.json()) as { access_token: string }).access_token
      }
      const port = await freePort()
      const variables = { CLIENT_SECRET: secret, PORT: String(port) }
      const ended = begin(await snippet(server, name, name), process.execPath, variables)
      const ask = async (path: string, token = ''): Promise<{ status: number; body: unknown }> => {
        for (;;) {
          const asked = fetch(`http://127.0.0.1:${port}${path}`, {
            headers: token === '' ? {} : { Authorization: `Bearer ${token}` },
          })
          const answer = await Promise.race([asked.catch(() => null), ended])
          if (typeof answer === 'string') throw new Error(answer)
          if (answer !== null && answer.status !== 503) return { status: answer.status, body: await answer.json() }
          // The program does not listen yet.
          await new Promise(resolve => setTimeout(resolve, 50))
        }
      }
      // Until its lease begins it may introspect a token (as soon as it has the keys) or answer 503.
      const holdsLease = async (): Promise<boolean> => ((await ask('/healthz')).body as VerifierStatus).lease.valid
      while (!(await holdsLease())) await new Promise(resolve => setTimeout(resolve, 50))
      const good = await tokenWith(read)
      expect(await ask('/', good)).to.deep.equal({ status: 200, body: { of: program } })
      expect((await ask('/')).status).to.equal(401)
      expect((await ask('/', await tokenWith(list))).status).to.equal(403)
      const administrator = await asAdministrator(server)
      expect((await administrator.post(`/api/admin/applications/${program}/disable`, {})).status).to.be.within(200, 204)
      while ((await ask('/', good)).status !== 401) await new Promise(resolve => setTimeout(resolve, 50))
      ended.catch(() => {})
    }
  })
})

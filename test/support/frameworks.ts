// One application on each framework (Koa, Express, Fastify, node:http), with the same routes and the same protect
// rules.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { Refusal, refuse } from '../../server/protocol/errors.js'
import { createBoundTokens } from '../../server/verifier/bound-tokens.js'
import type { VerifiedClaims } from '../../server/verifier/claims.js'
import * as byExpress from '../../server/verifier/express.js'
import * as byFastify from '../../server/verifier/fastify.js'
import * as byKoa from '../../server/verifier/koa.js'
import { type Needs, requireNeeds } from '../../server/verifier/needs.js'
import * as byNode from '../../server/verifier/node.js'
import type { ProtectRules } from '../../server/verifier/protected-routes.js'
import type { RequireTokenOptions, TokenVerifier } from '../../server/verifier/require-token.js'

export const issuer = 'https://id.example.com'
export const audience = 'https://api.example.com/v1/'

/** Claims by token text; an Error is thrown for its token. */
export type Known = Record<string, Partial<VerifiedClaims> | Error>
export type StubVerifier = TokenVerifier & { asked: { text: string; needs: Needs }[] }

/** A stub verifier that looks tokens up by their text; the real verifier has its own tests. */
export function aVerifier(known: Known): StubVerifier {
  const boundTokens = createBoundTokens()
  const asked: StubVerifier['asked'] = []
  function look(text: string, needs: Needs = {}): VerifiedClaims {
    asked.push({ text, needs })
    const found = Object.hasOwn(known, text) ? known[text]! : refuse('token_malformed')
    if (found instanceof Error) throw found instanceof Refusal ? refuse(found.code, found.details) : found
    const claims = { sub: '7', roles: [], scopes: [], permissions: [], ...found } as unknown as VerifiedClaims
    boundTokens.check(text, claims, needs.proof, Date.now())
    requireNeeds(claims, needs, Date.now())
    return claims
  }
  return {
    issuer,
    audience,
    asked,
    verify: async (text, needs) => look(text, needs),
    verifyApiKey: async (text, needs) => look(text, needs),
  }
}

/** An application whose routes answer the `sub` of the verified token. */
export type Application = {
  verifier: TokenVerifier
  rules: ProtectRules
  options?: RequireTokenOptions
  /** Existing routes as `METHOD /path`, some with needs (scope, permission, …) of their own. */
  routes: Record<string, byNode.RouteNeeds | null>
}

export type Running = { name: string; url: string; close(): Promise<void> }

const said = (token: VerifiedClaims | null | undefined) => ({ sub: token?.sub ?? null })
const split = (route: string) => route.split(' ') as [string, string]

export const frameworks = {
  async koa({ verifier, rules, options, routes }: Application) {
    const app = new Koa()
    // Koa does not log faults; the client still receives them.
    app.silent = true
    const router = new Router()
    app.use(byKoa.protect(verifier, { ...rules, ...options }))
    for (const [route, needs] of Object.entries(routes)) {
      const [method, path] = split(route)
      router.register(
        path,
        [method],
        [
          ...(needs ? [byKoa.requireToken(verifier, needs, options)] : []),
          ctx => {
            ctx.body = said(ctx.state.token)
          },
        ],
      )
    }
    app.use(router.routes())
    return listening('koa', app.callback())
  },

  async express({ verifier, rules, options, routes }: Application) {
    const app = express()
    app.set('env', 'test')
    app.use(byExpress.protect(verifier, { ...rules, ...options }))
    for (const [route, needs] of Object.entries(routes)) {
      const [method, path] = split(route)
      const before = needs ? [byExpress.requireToken(verifier, needs, options)] : []
      const verb = method.toLowerCase() as 'get' | 'post'
      app[verb](path, ...before, (req, res) => void res.json(said((req as byExpress.ExpressRequest).token)))
    }
    return listening('express', app)
  },

  async fastify({ verifier, rules, options, routes }: Application) {
    const app = fastify()
    await app.register(byFastify.protect(verifier, { ...rules, ...options }))
    // In an encapsulated context, as Fastify plugins have.
    await app.register((inner, _, done) => {
      for (const [route, needs] of Object.entries(routes)) {
        const [method, url] = split(route)
        const onRequest = needs ? [byFastify.requireToken(verifier, needs, options)] : []
        inner.route({
          method: method as 'GET',
          url,
          onRequest,
          handler: async request => said((request as { token?: VerifiedClaims }).token),
        })
      }
      done()
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { name: 'fastify', url, close: () => app.close() }
  },

  async node({ verifier, rules, options, routes }: Application) {
    const own = Object.fromEntries(
      Object.entries(routes).map(([route, needs]) => [route, needs && byNode.requireToken(verifier, needs, options)]),
    )
    const quiet = { ...rules, ...options, onFault: () => {} }
    const listener = byNode.protect(verifier, quiet, async (req, res, token) => {
      const { pathname } = new URL(req.url!, 'http://localhost')
      const method = req.method === 'HEAD' ? 'GET' : req.method
      const route = `${method} ${pathname}`
      if (!Object.hasOwn(own, route)) return void res.writeHead(404).end()
      if (own[route] && !(await own[route](req, res))) return
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify(said(token)))
    })
    return listening('node', (req, res) => void listener(req, res))
  },
} as const satisfies Record<string, (application: Application) => Promise<Running>>

export type FrameworkName = keyof typeof frameworks

export async function listening(name: string, listener: RequestListener): Promise<Running> {
  const server: Server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

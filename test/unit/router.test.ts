// The router made of route tables: what a row determines about its route, and the presenter of a path without a route.
import { expect } from 'chai'
import type { Context, Handler, Next } from '../../server/http/handler.js'
import { file } from '../../server/http/kinds/file.js'
import type { Kinds } from '../../server/http/kinds/kind.js'
import type { Access } from '../../server/http/kinds/kinds.js'
import { kinds } from '../../server/http/kinds/kinds.js'
import { open } from '../../server/http/kinds/open.js'
import { createNearest } from '../../server/http/nearest.js'
import { pageRoutes } from '../../server/http/pages/routes.js'
import { sectionsFor } from '../../server/http/pages/sections.js'
import { get, post, type RouteRow } from '../../server/http/route.js'
import { createRouter, type RouterDeps } from '../../server/http/router.js'
import { ownPermissions } from '../../server/policy/permissions.js'

type Deps = RouterDeps<string, Access>

const presenters = {
  api: { accepts: () => true, write: () => {}, headers: {} },
  page: { accepts: () => true, write: () => {}, headers: {} },
  feed: { accepts: () => true, write: () => {}, headers: {} },
  oauth: { accepts: () => true, write: () => {}, headers: {} },
}

/** A router of these rows, without authorization. */
function aRouter(routes: Record<string, RouteRow<Access>>, handlers: Record<string, Handler> = {}) {
  const none = (_: Context, next: Next) => next()
  const body = { begin: none, read: none }
  return createRouter<string, Access>({
    routes,
    handlers,
    kinds: kinds as Kinds<Access>,
    senders: {} as Deps['senders'],
    presenters,
    bodies: { fields: body, json: body, form: body },
    waiting: handler => handler,
    shedding: { enter: none, count: none },
  })
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('a route table', () => {
  it('is refused with the same method and path under two names', () => {
    expect(() => aRouter({ one: get('/a', file, 'a'), other: get('/a', file, 'a') })).to.throw('GET /a is there twice')
  })

  it('is refused with a path whose methods are of kinds with different presenters', () => {
    const rows = { one: get('/a', file, 'a'), other: post('/a', open, 'a') }
    expect(() => aRouter(rows)).to.throw('the routes of /a are of kinds that answer differently')
  })

  it('sets the presenter of refusals by row, regardless of neighbouring rows', async () => {
    const rows = { page: get('/a', file, 'a'), api: get('/a/:id', open, 'a') }
    const { router, presenterNear } = aRouter(rows, { page: () => {}, api: () => {} })
    const run = router().routes()
    for (const [path, written] of [
      ['/a', presenters.page.write],
      ['/a/7', presenters.api.write],
    ] as const) {
      const state: { writeRefusal?: unknown } = {}
      const ctx = { method: 'GET', path, state, request: {}, get: () => '', set: () => {}, vary: () => {} }
      await run(ctx as never, (() => Promise.resolve()) as never)
      expect(state.writeRefusal, path).to.equal(written)
    }
    expect(presenterNear('/a/7/nothing')).to.equal(presenters.page)
  })

  it('admits four requests per event loop turn to all limited rows together, without delaying others', async () => {
    const served: string[] = []
    const serve = (name: string) => () => void served.push(name)
    const rows = {
      crowd: get('/crowd', file, 'a', { limited: true }),
      throng: get('/throng', file, 'a', { limited: true }),
      other: get('/other', file, 'a'),
    }
    const handlers = { crowd: serve('crowd'), throng: serve('throng'), other: serve('other') }
    const run = aRouter(rows, handlers).router().routes()
    const request = (path: string) =>
      run(
        { method: 'GET', path, state: {}, request: {}, get: () => '', set: () => {} } as never,
        (() => Promise.resolve()) as never,
      )
    const crowd = Array.from({ length: 10 }, (_, index) => request(index % 2 === 0 ? '/crowd' : '/throng'))
    await request('/other')
    expect(served).to.deep.equal(['other'])
    const seen: number[] = []
    while (served.length < 11) {
      await turn()
      seen.push(served.length)
    }
    await Promise.all(crowd)
    expect(seen).to.deep.equal([5, 9, 11])
    expect(served.slice(1, 5)).to.deep.equal(['crowd', 'throng', 'crowd', 'throng'])
  })
})

describe('a path without a route', () => {
  const nearest = createNearest([
    ['/', 'startPage'],
    ['/admin/users', 'users'],
    ['/admin/users/:id/roles', 'roles'],
    ['/api/token', 'token'],
    ['/api/me', 'me'],
    ['/.well-known/jwks.json', 'keys'],
    ['/assets/*file', 'file'],
    ['/oauth/token', 'oauth'],
    ['/oauth', 'oauth itself'],
  ] as const)

  it('is answered like the route that shares the longest prefix with it', () => {
    const expected: Record<string, string> = {
      '/': 'startPage',
      '/nothing': 'startPage',
      '/apiary': 'startPage',
      '//api/me': 'startPage',
      '/%61pi/me': 'startPage',
      '/api': 'token',
      '/api/': 'token',
      '/API/nothing/': 'token',
      '/api//me': 'token',
      '/api/me/nothing': 'me',
      '/api/token/nothing/at/all': 'token',
      '/.well-known': 'keys',
      '/.well-known/nothing': 'keys',
      '/admin/users/7/nothing': 'users',
      '/admin/nothing': 'users',
      '/assets': 'file',
      '/oauth/nothing': 'oauth itself',
      '/oauth/token/nothing': 'oauth',
      '': 'startPage',
      '*': 'startPage',
    }
    for (const [path, name] of Object.entries(expected)) expect(nearest(path), path).to.equal(name)
  })
})

describe('the menus of the pages', () => {
  it('link to pages of the route table, with the permission that these require', () => {
    const pages: RouteRow<Access>[] = Object.values(pageRoutes)
    for (const area of ['/admin', '/account']) {
      const sections = sectionsFor(area, Object.keys(ownPermissions), { formerService: true, deliveries: true })
      expect(sections.length, area).to.be.above(3)
      for (const { path, permission } of sections) {
        const row = pages.find(one => one.method === 'GET' && one.path === path)
        expect(row, path).to.not.equal(undefined)
        expect('permission' in row!.access ? row!.access.permission : undefined, path).to.equal(permission)
      }
    }
  })

  it('show a section that is not set up only on its own page', () => {
    const sections = (path: string) =>
      sectionsFor(path, Object.keys(ownPermissions), { formerService: false, deliveries: false })
    expect(sections('/admin').map(one => one.name)).to.not.include.members(['deliveries', 'formerService'])
    const there = sections('/admin/deliveries').filter(({ name, current }) => current || name === 'formerService')
    expect(there.map(one => one.name)).to.deep.equal(['deliveries'])
  })
})

// Decorators of controllers, with the same classes in both forms: TypeScript's experimentalDecorators and the standard.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { AllowAny, RequireRole } from '../../server/verifier/decorators.js'
import * as older from '../support/decorated.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The same file compiled again without `experimentalDecorators`. */
async function standard(): Promise<typeof older> {
  const outDir = join(root, 'dist/standard-decorators')
  const options = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck']
  const files = ['--rootDir', root, '--outDir', outDir, join(root, 'test/support/decorated.ts')]
  execFileSync(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '--ignoreConfig',
    ...options,
    ...files,
  ])
  return import(pathToFileURL(join(outDir, 'test/support/decorated.js')).href)
}

for (const [form, load] of [
  ["TypeScript's experimentalDecorators", async () => older],
  ['standard decorators', standard],
] as const)
  describe(`a controller with ${form}`, () => {
    let decorated: typeof older
    before(async () => {
      decorated = await load()
    })
    const needsOf = (controller: keyof typeof older.controllers, method: string) =>
      decorated.needsOf(decorated.controllers[controller](), method)

    it('requires a token for a method without a decorator', () => {
      expect(needsOf('undecorated', 'anything')).to.deep.equal({})
      expect(needsOf('orders', 'plain')).to.deep.equal({ scope: ['orders'] })
    })

    it('requires what the decorators of class and method require together', () => {
      expect(needsOf('orders', 'create')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] })
      expect(needsOf('orders', 'field')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] })
      expect(needsOf('orders', 'remove')).to.deep.equal({ scope: ['orders'], role: ['admin', 'boss'] })
      const { permission, maxAge } = needsOf('orders', 'exported') as { permission: string[]; maxAge: number }
      expect([[...permission].sort(), maxAge]).to.deep.equal([['orders:export', 'orders:read'], 300])
    })

    it('keeps its requirements when another decorator replaces the function', () => {
      for (const method of ['loggedOutside', 'loggedInside'])
        expect(needsOf('orders', method), method).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] })
    })

    it('requires no token for a method or class with AllowAny', () => {
      for (const method of ['prices', 'openField']) expect(needsOf('orders', method), method).to.equal('anyone')
      expect(needsOf('open', 'anything')).to.equal('anyone')
    })

    it('requires what the decorator of a method in a class with AllowAny requires', () => {
      expect(needsOf('open', 'closed')).to.deep.equal({ role: ['admin'] })
    })

    it('inherits requirements, but no AllowAny for overridden or added methods', () => {
      for (const method of ['prices', 'openField', 'added'])
        expect(needsOf('moreOrders', method), method).to.deep.equal({ scope: ['orders'] })
      expect(needsOf('moreOrders', 'create')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] })
      expect(needsOf('moreOrders', 'plain')).to.deep.equal({ scope: ['orders'] })
      expect(needsOf('belowOpen', 'added')).to.deep.equal({})
      expect(needsOf('belowOpen', 'anything')).to.equal('anyone')
    })

    it('is refused with contradicting decorators, and for an unknown method', () => {
      expect(() => needsOf('contradiction', 'both')).to.throw(TypeError, 'AllowAny contradicts')
      expect(() => needsOf('twoRoles', 'one')).to.throw(TypeError, 'roles are named twice')
      expect(() => needsOf('orders', 'nothing')).to.throw(TypeError, 'no method nothing')
      expect(() => needsOf('orders', 'toString')).to.throw(TypeError, 'no method toString')
      expect(() => decorated.guard(decorated.controllers.twoRoles(), needs => needs)).to.throw(TypeError)
    })

    it('becomes bound handlers, each after the check of its requirements', () => {
      const guarded = decorated.guard(decorated.controllers.orders(), needs => needs)
      const [needs, create] = guarded.create
      expect(needs).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] })
      expect((create as () => string)()).to.equal('hello')
      expect(guarded.prices).to.have.length(1)
      expect((guarded.prices[0] as () => string)()).to.equal('hello')
      expect(Object.keys(guarded)).to.include.members(['plain', 'field', 'openField']).and.not.include('greeting')
    })
  })

describe('a decorator', () => {
  it('is refused without an argument that it needs', () => {
    expect(() => RequireRole()).to.throw(TypeError)
  })

  it('is refused on a getter, which is no class, method or field', () => {
    expect(() => AllowAny(() => {}, { kind: 'getter', name: 'x' })).to.throw(TypeError, 'getter')
  })
})

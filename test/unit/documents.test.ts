import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { settingsTable } from '../../config/settings.js'
import { exampleEnv, routesDocument, withTables } from '../../server/documents.js'
import { redisAcl } from '../../server/storage/redis-acl.js'

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

describe('the documents and docker-compose.yml', () => {
  it('are up to date with the tables (npm run documents)', () => {
    expect(read('README.md')).to.equal(withTables(read('README.md')))
    expect(read('docs/routes.md')).to.equal(routesDocument())
    expect(read('example.env')).to.equal(exampleEnv())
  })

  it('contain the Redis ACL that is tested with a real Redis', () => {
    for (const name of ['README.md', 'docs/operating.md']) expect(read(name), name).to.include(redisAcl)
  })

  it('describe every setting that docker-compose.yml reads', () => {
    const taken = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!)
    const operating = read('docs/operating.md')
    expect(taken).to.include.members(['WORKERS', 'TRUST_PROXY', 'LOG_LEVEL'])
    for (const name of new Set(taken)) expect(operating, name).to.include(`\`${name}\``)
  })

  it('pass only settings that exist to the container', () => {
    const [, own = ''] = /environment:\n([\s\S]*?)\n {4}ports:/.exec(read('docker-compose.yml')) ?? []
    const names = [...own.matchAll(/^ {6}(\w+):/gm)].map(([, name]) => name!)
    expect(names).to.have.length.above(8)
    expect(names.filter(name => !Object.hasOwn(settingsTable, name))).to.deep.equal([])
  })

  it('link only to files that exist', () => {
    for (const name of [
      'README.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'docs/operating.md',
      'docs/moving-from-simplejwt.md',
    ])
      for (const [, target] of read(name).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
        expect(() => read(new URL(target!, `file:///${name}`).pathname.slice(1)), `${name} → ${target}`).to.not.throw()
  })
})

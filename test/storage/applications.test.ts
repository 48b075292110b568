// The store of applications, and client secrets.
import { expect } from 'chai'
import { createApplicationSecrets } from '../../server/identity/applications/application-secrets.js'
import { type ApplicationStore, createApplicationStore } from '../../server/storage/applications.js'
import type { Database } from '../../server/storage/database.js'
import { anApplicationRow } from '../support/applications.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'

onEachEngine('application store', engine => {
  let database: Database
  let store: ApplicationStore
  beforeEach(async () => {
    database = await aDatabase(engine)
    store = createApplicationStore(database.dialect)
  })

  const head = async () =>
    (await database.read<{ version: number }>('SELECT application_version AS version FROM log_head'))[0]!.version
  const resourceHead = async () =>
    (await database.read<{ version: number }>('SELECT resource_version AS version FROM log_head'))[0]!.version
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => false,
      () => true,
    )

  it('returns an inserted application, and has the built-in one from the beginning', async () => {
    const shop = anApplicationRow('shop', {
      metadata: { scope: 'openid', lifetimes: { access_token_lifetime: 60 }, permissions: ['orders:read'] },
      resource: 'https://shop.example/api',
      resourceScopes: [{ name: 'orders', description: 'Buyurtmalar' }],
    })
    await store.insert(database, shop)
    expect(await store.find(database, 'shop')).to.deep.equal({ ...shop, version: 1, endedSeq: 0, deletedAt: null })
    const own = (await store.find(database, 'darvoza'))!
    expect(own).to.deep.include({ kind: 'resource_server', origin: 'built_in', active: true, version: 1 })
    expect(own.resourceScopes.map(one => one.name)).to.include('darvoza:account')
    expect(await store.find(database, 'SHOP')).to.equal(null)
  })

  it('refuses a second resource server with the same resource, and allows applications without one', async () => {
    await store.insert(database, anApplicationRow('a', { resource: 'https://a.example' }))
    expect(await refused(store.insert(database, anApplicationRow('b', { resource: 'https://a.example' })))).to.equal(
      true,
    )
    for (const id of ['c', 'd']) await store.insert(database, anApplicationRow(id))
    expect((await store.inForce(database)).map(one => one.id)).to.deep.equal(['a'])
  })

  it('raises application_version for each change, and for a new row if it has a resource or lifetimes', async () => {
    expect(await head()).to.equal(1)
    await store.insert(database, anApplicationRow('shop', { metadata: { lifetimes: {} } }))
    expect(await head(), 'a new one').to.equal(1)
    await store.change(database, 'shop', { name: 'Shop' })
    expect(await head()).to.equal(2)
    expect([...(await store.versions(database, ['shop', 'darvoza', 'none']))]).to.have.deep.members([
      ['shop', 2],
      ['darvoza', 1],
    ])
    await store.insert(database, anApplicationRow('a', { resource: 'https://a.example' }))
    await store.insert(database, anApplicationRow('b', { metadata: { lifetimes: { access_token_lifetime: 60 } } }))
    expect(await head(), 'a resource server, and lifetimes').to.equal(4)
    await store.change(database, 'shop', { metadata: { lifetimes: { refresh_token_lifetime: 60 } } })
    expect((await store.inForce(database)).map(one => one.id).sort()).to.deep.equal(['a', 'b', 'shop'])
    await store.change(database, 'shop', { metadata: {} })
    expect((await store.inForce(database)).map(one => one.id).sort()).to.deep.equal(['a', 'b'])
  })

  it('raises resource_version for changes of resource servers and of applications with lifetimes', async () => {
    await store.insert(database, anApplicationRow('shop'))
    await store.change(database, 'shop', { name: 'Shop', metadata: { scope: 'openid' }, active: false })
    expect(await resourceHead(), 'none of these').to.equal(1)
    await store.insert(database, anApplicationRow('a', { resource: 'https://a.example' }))
    await store.change(database, 'a', { name: 'A' })
    expect(await resourceHead(), 'a resource server').to.equal(3)
    await store.change(database, 'a', { resource: null })
    await store.change(database, 'a', { name: 'B' })
    expect(await resourceHead(), 'it is one no more').to.equal(4)
    await store.change(database, 'shop', { metadata: { lifetimes: { refresh_token_lifetime: 60 } } })
    await store.change(database, 'shop', { metadata: {} })
    await store.change(database, 'shop', { metadata: { scope: 'email' } })
    expect(await resourceHead(), 'lifetimes').to.equal(6)
    await store.change(database, 'darvoza', { name: 'Ours' })
    expect(await resourceHead(), 'our own').to.equal(7)
  })

  describe('client secrets', () => {
    let at = 1_000_000
    let made = 0
    const uses: Promise<void>[] = []
    const secrets = () =>
      createApplicationSecrets({
        database,
        applicationStore: store,
        random: size => Buffer.alloc(size, ++made),
        uuid: () => `id${++made}`,
        now: () => at,
        monotonic: () => at,
        afterwards: work => void uses.push(work()),
      })
    const add = (overlap: number, given?: string) =>
      database.transaction(tx => secrets().add(tx, 'darvoza', overlap, given))

    it('match exactly and only for their application, and are stored as hashes', async () => {
      const secret = await add(0)
      expect(secret).to.match(/^dvz_sec_[\w-]{43}$/)
      const { matches } = secrets()
      expect(await matches('darvoza', secret)).to.equal(true)
      for (const wrong of ['', secret.slice(0, -1), `${secret} `, secret.toUpperCase()])
        expect(await matches('darvoza', wrong), wrong).to.equal(false)
      expect(await matches('shop', secret)).to.equal(false)
      expect(JSON.stringify(await database.read('SELECT * FROM application_secret'))).to.not.include(secret)
    })

    it('overlap for the chosen time, two at most, and record the last use', async () => {
      const [first, second] = [await add(0), await add(60_000)]
      const { matches, list } = secrets()
      const good = async (all: string[]) => Promise.all(all.map(one => matches('darvoza', one)))
      expect(await good([first, second])).to.deep.equal([true, true])
      const third = await add(60_000, 'chosen-by-a-file-of-32-characters')
      expect(third).to.equal('chosen-by-a-file-of-32-characters')
      expect(await good([first, second, third])).to.deep.equal([false, true, true])
      await Promise.all(uses)
      expect((await list('darvoza')).map(one => [one.hint, one.lastUsedAt, 'hash' in one])).to.deep.equal([
        ['ters', at, false],
        [second.slice(-4), at, false],
      ])
      at += 60_000
      expect(await good([first, second, third])).to.deep.equal([false, false, true])
    })

    it('five added concurrently leave two', async () => {
      await Promise.all(Array.from({ length: 5 }, () => add(60_000)))
      expect(await secrets().list('darvoza')).to.have.length(2)
    })
  })
})

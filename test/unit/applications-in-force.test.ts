// The cache of applications while its rows change: a read of the log's head and loads of single rows overlap.
import { expect } from 'chai'
import { createApplicationsInForce } from '../../server/revocation/applications-in-force.js'
import type { Tail } from '../../server/revocation/tail.js'
import type { ApplicationRecord, ApplicationStore } from '../../server/storage/applications.js'
import type { Database } from '../../server/storage/database.js'
import type { LogPosition } from '../../server/storage/revocations.js'

const ids = ['shop', 'stock']

/** A cache over a table of versions. `during`: called before a read of the store answers, with the method's name. */
function aCache() {
  const versions = new Map(ids.map(id => [id, 1]))
  const rowOf = (id: string) => ({ id, version: versions.get(id)!, metadata: {}, resource: null, active: true })
  let during: (method: string) => Promise<void> = async () => {}
  const reads = <Result>(method: string, read: () => Result) => {
    const result = read()
    return during(method).then(() => result)
  }
  const store = {
    inForce: () => reads('inForce', () => []),
    versions: (_: Database, asked: readonly string[]) =>
      reads('versions', () => new Map(asked.filter(id => versions.has(id)).map(id => [id, versions.get(id)!]))),
    some: (_: Database, asked: readonly string[]) =>
      reads('some', () => asked.filter(id => versions.has(id)).map(rowOf)),
    hasLogoutUris: () => reads('hasLogoutUris', () => false),
  }
  let follow: (head: LogPosition) => Promise<void> = async () => {}
  const tail = {
    follow(_: unknown, follower: typeof follow) {
      follow = follower
    },
  }
  const cache = createApplicationsInForce({
    database: {} as Database,
    applicationStore: store as unknown as ApplicationStore,
    tail: tail as unknown as Tail,
  })
  return {
    cache,
    versions,
    /** Follows a head, and calls `work` once, before the read `method` answers. */
    async follow(head: { logId: string; applicationVersion: number }, method = '', work = async () => {}) {
      during = async asked => {
        if (asked !== method) return
        during = async () => {}
        await work()
      }
      await follow({ ...head, resourceVersion: 0 } as LogPosition)
    },
    versionOf: (id: string) => (cache.find(id) as ApplicationRecord | undefined)?.version,
  }
}

describe('the cache of applications', () => {
  it('keeps a newer row that was loaded while an earlier change was followed, whichever read it overlapped', async () => {
    for (const method of ['inForce', 'versions', 'some', 'hasLogoutUris']) {
      const { cache, versions, follow, versionOf } = aCache()
      await follow({ logId: 'a', applicationVersion: 1 })
      await cache.load(ids)
      versions.set('stock', 2)
      await follow({ logId: 'a', applicationVersion: 2 }, method, async () => {
        versions.set('shop', 2)
        await cache.load(['shop'])
      })
      expect([versionOf('shop'), versionOf('stock')], method).to.deep.equal([2, 2])
    }
  })

  it('keeps a row that was loaded for the first time while a change was followed', async () => {
    for (const method of ['inForce', 'versions', 'hasLogoutUris']) {
      const { cache, follow, versionOf } = aCache()
      await follow({ logId: 'a', applicationVersion: 1 })
      await follow({ logId: 'a', applicationVersion: 2 }, method, () => cache.load(['shop']))
      expect(versionOf('shop'), method).to.equal(1)
    }
  })

  it('takes the rows of a log with another id, also those of lower versions', async () => {
    const { cache, versions, follow, versionOf } = aCache()
    await follow({ logId: 'a', applicationVersion: 1 })
    versions.set('shop', 7)
    await cache.load(['shop'])
    versions.set('shop', 3)
    await follow({ logId: 'b', applicationVersion: 1 })
    expect(versionOf('shop')).to.equal(3)
  })
})

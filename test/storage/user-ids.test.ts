import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'

const passwordHash = 'pbkdf2_sha256$1$salt$AAAA'

onEachEngine('user ids', engine => {
  it('increase by one; the id of a deleted user is not assigned again, and an import with it is refused', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    const first = await users.create({ username: 'amy', password }, 'system')
    await users.remove(first.id, 'system')
    const second = await users.create({ username: 'amy', password }, 'system')
    expect(second.id).to.equal(first.id + 1)
    const again = await users
      .importOne({ id: first.id, username: 'zoe', passwordHash }, 'system')
      .catch((thrown: unknown) => thrown)
    expect((again as { details: object }).details).to.deep.equal({
      fields: { id: [{ code: 'user_id_taken' }] },
    })
  })

  it('are kept by an import; new ids continue after the greatest imported one', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    expect((await users.importOne({ id: 500, username: 'imported', passwordHash }, 'system')).id).to.equal(500)
    expect((await users.importOne({ id: 40, username: 'earlier', passwordHash }, 'system')).id).to.equal(40)
    expect((await users.create({ username: 'next', password }, 'system')).id).to.equal(501)
    expect((await users.importOne({ username: 'without', passwordHash }, 'system')).id).to.equal(502)
  })

  it('of the first administrators start at 1,000,000,000, so that imported users keep ids from 1 on', async () => {
    const server = await aServer({ engine, ports: { administratorId: undefined } })
    const {
      people: { users },
      storage: { database, userStore },
    } = server.composed.parts
    const idOf = async (name: string) => (await users.requireByName(name)).id
    const first = await idOf('admin')
    expect(first).to.equal(1_000_000_000)
    expect((await users.importOne({ id: 1, username: 'imported', passwordHash }, 'system')).id).to.equal(1)
    expect((await users.create({ username: 'next', password }, 'system')).id).to.equal(2)
    const just = { id: first - 1, username: 'below', passwordHash }
    await users.importOne(just, 'system')
    expect((await users.create({ username: 'behind', password }, 'system')).id).to.equal(first + 1)
    // Without a user of the role admin, the next start creates another administrator.
    await database.write('DELETE FROM user_role WHERE user_id = ?', [first])
    const again = { ...server.settings, adminUsername: 'second' }
    await aServer({ settings: again, clock: server.clock, policy: null, ports: { administratorId: undefined } })
    expect(await idOf('second')).to.equal(first + 2)
    expect(await database.transaction(tx => userStore.skipIds(tx, 10))).to.be.below(2 ** 31)
  })

  it('skipped after a restore (skipIds) follow the ordinary ids, not those of administrators', async () => {
    const server = await aServer({ engine, ports: { administratorId: undefined } })
    const {
      people: { users },
      storage: { database, userStore },
    } = server.composed.parts
    await users.importOne({ id: 7, username: 'seventh', passwordHash }, 'system')
    expect(await database.transaction(tx => userStore.skipIds(tx, 10))).to.equal(17)
    expect((await users.create({ username: 'next', password }, 'system')).id).to.equal(18)
  })

  it('are unique when 60 users are created and imported concurrently', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    const made = await Promise.all([
      ...Array.from({ length: 20 }, (_, index) => users.create({ username: `made${index}`, password }, 'system')),
      ...Array.from({ length: 20 }, (_, index) =>
        users.importOne({ id: 10 + index, username: `imported${index}`, passwordHash }, 'system').catch(() => null),
      ),
      ...Array.from({ length: 20 }, (_, index) =>
        users.importOne({ username: `free${index}`, passwordHash }, 'system'),
      ),
    ])
    const ids = made.flatMap(user => (user ? [user.id] : []))
    expect(new Set(ids).size).to.equal(ids.length)
    expect(ids.length).to.be.at.least(40)
  })

  it('ten concurrent creations of one username create one user', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    await users.create({ username: 'amy', password }, 'system')
    const codes = await Promise.all(
      Array.from({ length: 10 }, () =>
        users.create({ username: 'same', password }, 'system').then(
          () => 'made',
          () => 'refused',
        ),
      ),
    )
    expect(codes.filter(code => code === 'made')).to.have.length(1)
  })

  it('tokens of a deleted user are refused with 401 after another user has the same username', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const first = await server.aUser({ username: 'amy' })
    const pair = await client.signIn(first)
    await server.composed.parts.people.users.remove(first.id, 'system')
    await server.aUser({ username: 'amy' })
    expect((await client.get('/api/me/', pair.access)).status).to.equal(401)
    expect((await client.refresh(pair.refresh)).status).to.equal(401)
  })

  it('that are not integers from 1 to 2^52 are refused with invalid_fields', async () => {
    const server = await aServer({ engine })
    const { users } = server.composed.parts.people
    for (const id of [
      0,
      -1,
      1.5,
      Number.NaN,
      2 ** 52 + 1,
      Number.MAX_SAFE_INTEGER,
      2 ** 53,
      Number.POSITIVE_INFINITY,
    ]) {
      const error = await users
        .importOne({ id, username: `u${id}`, passwordHash }, 'system')
        .catch((thrown: unknown) => thrown)
      expect((error as { code?: string }).code, String(id)).to.equal('invalid_fields')
    }
    expect((await users.importOne({ id: 2 ** 52, username: 'last', passwordHash }, 'system')).id).to.equal(2 ** 52)
    expect((await users.create({ username: 'next', password }, 'system')).id).to.equal(2 ** 52 + 1)
  })
})

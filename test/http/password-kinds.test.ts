// Password hashes that were made elsewhere, or at another cost: an imported user has such a hash until the first
// sign-in.
import { expect } from 'chai'
import { createStoredKinds } from '../../server/identity/sign-in/stored-kinds.js'
import { standInRounds, workOf } from '../../server/identity/sign-in/stored-passwords.js'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, manyGuesses, password } from '../support/server.js'

const bcrypt12 = `bcrypt_sha256$$2b$12$${'a'.repeat(53)}`
const argon2 = 'argon2$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$YWJjZGVmZ2hpamtsbW5vcA'

onEachEngine('the kinds of stored password hashes', engine => {
  it('are listed among many users in fewer than 20 reads, without unknown, unusable or too costly hashes', async () => {
    const server = await aServer({ engine })
    const { database, userStore } = server.composed.parts.storage
    const stored = [
      ...Array.from({ length: 20 }, (_, salt) => `pbkdf2_sha256$1000$salt${salt}$AAAA`),
      ...['pbkdf2_sha256$10000$salt$AAAA', 'pbkdf2_sha1$1000$salt$AAAA', argon2, argon2.replace('t=1', 't=2')],
      ...[bcrypt12, bcrypt12.replace('$2b$12$', '$2a$12$'), `bcrypt$${bcrypt12.slice(14)}`, 'scrypt$16384$s$8$1$AAAA'],
      ...['!', '!x1', '!x2', '', 'md5$salt$00', 'md5$salt$01', 'plain', `pbkdf2_sha256$9999999$salt$AAAA`],
    ]
    for (const passwordHash of stored) {
      const { id } = await server.aUser()
      await database.write('UPDATE user SET password_hash = ? WHERE id = ?', [passwordHash, id])
    }
    let reads = 0
    const counted = {
      ...database,
      read: (...read: Parameters<typeof database.read>) => ++reads && database.read(...read),
    }
    const kinds = await createStoredKinds({ database: counted as typeof database, userStore })()
    const expected = stored.filter(hash => !/^(!|$|md5|plain)|9999999/.test(hash)).map(hash => workOf(hash)!.standIn)
    // The administrator's hash has the cost that tests use.
    expect([...kinds].sort()).to.deep.equal(
      [...new Set([...expected, workOf(bcrypt12.replace('12$', '04$'))!.standIn])].sort(),
    )
    expect(reads).to.be.below(20)
  })
})

describe('a wrong password for a user with an imported password hash', () => {
  it('takes about as long as for any other hash, and as for an unknown username', async () => {
    const server = await aServer({ policy: manyGuesses })
    const {
      people: { users },
      signIn: { hashing },
    } = server.composed.parts
    const slow = standInRounds(100_000)
    for (const [username, passwordHash] of [
      ['slow', slow],
      ['quick', argon2],
      ['other', standInRounds(1_000)],
    ] as const)
      await users.importOne({ username, passwordHash }, 'system')
    await server.aUser({ username: 'ours' })
    await hashing.prepare()
    const client = aClient(server)
    const times = new Map<string, number[]>(['slow', 'quick', 'other', 'ours', 'nobody'].map(name => [name, []]))
    // The minimum of several rounds, since other load on the machine only adds time: more rounds while it is loaded.
    const ratios = () => {
      const usual = Math.min(...times.get('slow')!)
      return [...times].map(([username, taken]) => ({ username, ratio: Math.min(...taken) / usual }))
    }
    const isEven = () => ratios().every(({ ratio }) => ratio >= 0.6 && ratio <= 1.6)
    for (let round = 0; round < 7 || (round < 35 && !isEven()); round++) {
      for (const [username, taken] of times) {
        const begun = performance.now()
        const { status } = await client.send('POST', '/api/token/', { json: { username, password: 'a wrong guess' } })
        taken.push(performance.now() - begun)
        expect(status, username).to.equal(401)
      }
    }
    for (const { username, ratio } of ratios()) expect(ratio, username).to.be.within(0.6, 1.6)
    expect((await client.send('POST', '/api/token/', { json: { username: 'ours', password } })).status).to.equal(200)
  })
})

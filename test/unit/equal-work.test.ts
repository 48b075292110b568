import { expect } from 'chai'
import { createHashing } from '../../server/identity/sign-in/hashing.js'
import { bcryptCost, standInHash, standInRounds, workOf } from '../../server/identity/sign-in/stored-passwords.js'

const bcrypt = (cost: number) => standInHash(cost)
const argon2 = 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$YWJjZGVmZ2hpamtsbW5vcA'
const otherArgon2 = argon2.replace('c2FsdHNhbHQ', 'b3RoZXJzYWx0')
const scrypt = 'scrypt$16384$salt$8$1$AAAA'
const pbkdf2 = standInRounds
const unusable = ['', '!', '!q7rV2cXk', 'md5$salt$0123', 'plain text']

/** Cost of a comparison by kind of hash, in ms of the test clock. */
function costOf(encoded: string): number {
  const cost = bcryptCost(encoded)
  if (cost !== null) return 2 ** cost / 16
  const [, rounds] = /^pbkdf2_sha256\$(\d+)\$/.exec(encoded) ?? []
  if (rounds) return Number(rounds) / 1_000
  return encoded.startsWith('argon2$') ? 22 : 70
}

/** Hashing on a clock that advances only by its work. */
async function aClock(cost: number, stored: readonly string[]) {
  let time = 0
  const work = {
    hash: async () => '',
    async matches(_: string, encoded: string) {
      time += costOf(encoded)
      return encoded === argon2
    },
  }
  const present = { cost, stored }
  const hashing = createHashing({
    work,
    slots: { strangers: 1, deviceProofs: 1 },
    chance: () => 0,
    cost: () => present.cost,
    storedKinds: async () => present.stored.map(one => workOf(one)!.standIn),
    monotonic: () => time,
  })
  await hashing.prepare()
  return {
    present,
    hashing,
    /** How long a comparison takes, in ms. */
    async took(encoded: string | null): Promise<number> {
      const begun = time
      await hashing.inSlot(null, verify => verify('a guess', encoded))
      return time - begun
    },
  }
}

describe('a password comparison', () => {
  it('takes the work of the current bcrypt cost for a cheaper, unusable or missing hash', async () => {
    const { took } = await aClock(12, [])
    for (const encoded of [null, ...unusable, bcrypt(12), bcrypt(10), bcrypt(4)])
      expect(await took(encoded), String(encoded)).to.equal(2 ** 12 / 16)
  })

  it('takes the work of a higher bcrypt cost while a hash of it is stored, after the policy was lowered', async () => {
    const { took, present, hashing } = await aClock(4, [bcrypt(12), bcrypt(4)])
    for (const encoded of [null, ...unusable, bcrypt(12), bcrypt(4)])
      expect(await took(encoded), String(encoded)).to.equal(2 ** 12 / 16)
    present.stored = [bcrypt(4)]
    await hashing.prepare()
    expect(await took(null)).to.equal(1)
  })

  const mixtures: [what: string, stored: string[], slowest: number][] = [
    ['of new hashes', [bcrypt(12), argon2, scrypt, pbkdf2(199_000)], 256],
    ['of a foreign kind', [bcrypt(12), argon2, scrypt, pbkdf2(600_000)], 600],
    ['of a foreign kind beside a lowered cost', [bcrypt(4), argon2, otherArgon2, pbkdf2(199_000)], 256],
  ]
  for (const [what, stored, slowest] of mixtures)
    it(`takes the work ${what} when that is the slowest stored, for every kind of hash`, async () => {
      const { took } = await aClock(12, stored)
      for (const encoded of [null, ...unusable, ...stored, otherArgon2, bcrypt(10)])
        expect(await took(encoded), String(encoded)).to.be.closeTo(slowest, slowest / 50)
    })

  it('is not slowed down by imported hashes that take seconds', async () => {
    const { took } = await aClock(12, [bcrypt(15), pbkdf2(2_000_000), argon2])
    for (const encoded of [null, ...unusable, bcrypt(12), argon2])
      expect(await took(encoded), String(encoded)).to.be.closeTo(256, 5)
  })

  it('matches only a hash of the password, never a stand-in', async () => {
    const { hashing } = await aClock(12, [argon2])
    expect(await hashing.inSlot(null, verify => verify('a guess', argon2))).to.equal(true)
    for (const encoded of [null, ...unusable, otherArgon2])
      expect(await hashing.inSlot(null, verify => verify('a guess', encoded))).to.equal(false)
  })
})

import { hash as argon2 } from '@node-rs/argon2'
import bcrypt from 'bcrypt'
import { expect } from 'chai'
import {
  hashPassword,
  isKnownHash,
  isOutdatedHash,
  matchesHash,
  standInHash,
  workOf,
} from '../../server/identity/sign-in/stored-passwords.js'

const password = 'imported password'
const bcrypted = await bcrypt.hash(password, 4)

/** Made by Python's hashlib, in the format of Django. */
const foreign: Record<string, string> = {
  pbkdf2_sha256: 'pbkdf2_sha256$1000$salt$3p73piur2zhlOXu+Pn01ErOz5QcdNfiQkRgk/Qif1e4=',
  pbkdf2_sha1: 'pbkdf2_sha1$1000$salt$gHxDj2rE6ejFtz3NJMEIpCXDh9k=',
  scrypt:
    'scrypt$16384$salt$8$1$ZMDoWZpsCBt6dRFk5QkGX1v0nnpg7/EmJi2x56hCleLsE2cHfLSO4fBvHo5b426HX+DFWwHd02j55wGfxDiZrQ==',
  argon2: `argon2${await argon2(password, { memoryCost: 8_192, timeCost: 2, parallelism: 1 })}`,
  "Django's bcrypt": `bcrypt$${bcrypted}`,
  'bcrypt alone': bcrypted,
  "PHP's bcrypt": bcrypted.replace('$2b$', '$2y$'),
}

describe('a stored password', () => {
  for (const [name, encoded] of Object.entries(foreign)) {
    it(`of ${name} matches only its own password, and is outdated`, async () => {
      expect(isKnownHash(encoded)).to.equal(true)
      for (const wrong of ['', 'Imported password', 'imported password ', encoded])
        expect(await matchesHash(wrong, encoded), wrong).to.equal(false)
      expect(await matchesHash(password, encoded)).to.equal(true)
      expect(isOutdatedHash(encoded, 4)).to.equal(true)
    })

    it(`of ${name} has a stand-in of the same work, which its password does not match`, async () => {
      const { standIn, head } = workOf(encoded)!
      expect(encoded.startsWith(head), head).to.equal(true)
      expect(isKnownHash(standIn)).to.equal(true)
      expect(workOf(standIn)!.standIn).to.equal(standIn)
      expect(await matchesHash(password, standIn)).to.equal(false)
    })
  }

  it('hashed by this server matches its own password to the last byte, and is outdated at another cost', async () => {
    const long = 'a long password '.repeat(10)
    const encoded = await hashPassword(`${long}1`, 4)
    expect(isKnownHash(encoded)).to.equal(true)
    expect(await matchesHash(`${long}2`, encoded)).to.equal(false)
    expect(await matchesHash(`${long}1`, encoded)).to.equal(true)
    expect([isOutdatedHash(encoded, 4), isOutdatedHash(encoded, 5)]).to.deep.equal([false, true])
  })

  it('that is a stand-in is a known hash, and matches no guess', async () => {
    for (const cost of [4, 12]) expect(isKnownHash(standInHash(cost)), String(cost)).to.equal(true)
    for (const guess of ['', 'password', standInHash(4)])
      expect(await matchesHash(guess, standInHash(4))).to.equal(false)
  })

  it('is no known hash when it cannot be read, or costs more than a sign-in may', () => {
    for (const encoded of [
      '',
      '!',
      'plain text',
      'md5$salt$0123',
      'constructor$1$2$3',
      'bcrypt_sha256$$2b$12$tooshort',
      `bcrypt_sha256$${bcrypted.replace('$04$', '$16$')}`,
      `${bcrypted}\n`,
      'pbkdf2_sha256$0$salt$AAAA',
      'pbkdf2_sha256$2000001$salt$AAAA',
      'pbkdf2_sha256$1000$$AAAA',
      'pbkdf2_sha256$many$salt$AAAA',
      'scrypt$16383$salt$8$1$AAAA',
      'scrypt$16777216$salt$8$1$AAAA',
      'scrypt$16384$salt$0$1$AAAA',
      'scrypt$16384$salt$8$999$AAAA',
      'argon2$argon2id$v=19$m=9999999,t=2,p=1$c2FsdHNhbHQ$AAAA',
      'argon2$argon2id$v=19$m=8192,t=999,p=1$c2FsdHNhbHQ$AAAA',
      // No sign-in could succeed with these (RFC 9106 §3.1), although their rows would look valid.
      'argon2$argon2id$v=19$m=8192,t=0,p=1$c2FsdHNhbHQ$AAAAAAAA',
      'argon2$argon2id$v=19$m=8192,t=1,p=0$c2FsdHNhbHQ$AAAAAAAA',
      'argon2$argon2id$v=19$m=64,t=1,p=9$c2FsdHNhbHQ$AAAAAAAA',
      'argon2$argon2id$v=99$m=8192,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA',
      'argon2$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$AAAAAAAA',
    ])
      expect(isKnownHash(encoded), encoded).to.equal(false)
  })
})

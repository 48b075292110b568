import { expect } from 'chai'
import { codeOfReason, entryExpiry, type Trigger, triggers } from '../../server/policy/revocation.js'
import { errors } from '../../server/protocol/errors.js'
import {
  type RevocableClaims,
  type Revocation,
  refusalCode,
  refuses,
  revocationKinds,
} from '../../server/protocol/log/revocation.js'

const claims: RevocableClaims = { rev: 10, jti: 'j', sub: '7', sid: 's', client_id: 'darvoza', roles: ['admin'] }
const entry: Revocation = {
  seq: 11,
  kind: 'user',
  subject: '7',
  effect: 'end',
  exceptSid: null,
  reason: 'all_ended',
  expiresAt: 0,
}

describe('the table of revocation triggers', () => {
  for (const [name, row] of Object.entries(triggers)) {
    it(`${name}: kind, effect, sessions and code are consistent`, () => {
      expect(revocationKinds).to.include(row.kind)
      expect(row.what).to.match(/^[A-Z].{10,}/)
      // The width of its column.
      expect(name.length).to.be.at.most(40)
      expect(errors[row.code].status).to.equal(401)
      if (row.effect === 'refresh') {
        // Stale claims end no session.
        expect([row.sessions, row.code]).to.deep.equal(['stay', 'token_stale'])
      } else {
        const ended = { session: ['it'], token: ['stay'], key: ['stay'] } as Record<string, string[]>
        expect(row.sessions).to.be.oneOf(ended[row.kind] ?? ['all', 'others'])
        expect(row.code).to.not.equal('token_stale')
      }
    })
  }

  it('ends API keys when a user is disabled or deleted or the password is reset, and by no other trigger', () => {
    const ending = Object.entries(triggers).filter(([, row]) => row.apiKeys === 'end')
    expect(ending.map(([name]) => name)).to.have.members(['password_reset', 'user_disabled', 'user_deleted'])
  })
})

describe('an entry of the revocation log', () => {
  it('refuses a token whose rev is below its number, and no other', () => {
    expect(refuses(entry, claims)).to.equal(true)
    for (const rev of [11, 12]) expect(refuses(entry, { ...claims, rev })).to.equal(false)
  })

  it('spares the session of exceptSid, and only that one', () => {
    const others = { ...entry, exceptSid: 's' }
    expect(refuses(others, claims)).to.equal(false)
    expect(refuses(others, { ...claims, sid: 'other' })).to.equal(true)
    expect(refuses(others, { ...claims, sid: undefined })).to.equal(true)
  })

  it('of kind key refuses a token with any rev', () => {
    expect(refuses({ ...entry, kind: 'key', subject: 'kid', exceptSid: 's' }, { ...claims, rev: 999 })).to.equal(true)
  })

  it('refuses with the error code of its trigger, or else of its kind and effect', () => {
    for (const [reason, row] of Object.entries(triggers) as [Trigger, (typeof triggers)[Trigger]][]) {
      const { kind, effect, code } = row
      expect(refusalCode({ ...entry, kind, effect, reason }, codeOfReason), reason).to.equal(code)
    }
    // The verifier kit does not know the reasons.
    expect(refusalCode({ ...entry, kind: 'user', reason: 'user_disabled' })).to.equal('token_revoked')
    expect(refusalCode({ ...entry, kind: 'key' })).to.equal('token_key_revoked')
    expect(refusalCode({ ...entry, kind: 'session', reason: 'typed by hand' })).to.equal('session_ended')
    expect(refusalCode({ ...entry, kind: 'role', reason: '__proto__' }, codeOfReason)).to.equal('token_revoked')
    expect(refusalCode({ ...entry, effect: 'refresh', reason: 'typed by hand' }, codeOfReason)).to.equal('token_stale')
  })

  it('is kept until no token that it refuses can be live', () => {
    expect(entryExpiry('user', 1_000_000, 3_600, 0)).to.equal(1_000_000 + 3_600_000 + 120_000)
    expect(entryExpiry('user', 1_000_000, 60, 9_000_000)).to.equal(9_000_000 + 120_000)
  })
})

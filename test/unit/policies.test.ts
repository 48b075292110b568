import { expect } from 'chai'
import { formatDuration, parseDuration } from '../../server/policy/durations.js'
import { firstPolicy, isPolicyName, policyNames, policyTable } from '../../server/policy/policies.js'
import { readPolicyValue, whyNotPolicy, whyNotPolicyValue } from '../../server/policy/policy-values.js'
import { wireText } from '../../server/protocol/problems.js'

/** The problem as text of the wire; null for a valid value. */
function whyNotSet(...asked: Parameters<typeof whyNotPolicyValue>): string | null {
  const problem = whyNotPolicyValue(...asked)
  return problem && wireText(problem)
}

describe('the policy table', () => {
  it('has valid initial values', () => {
    expect(whyNotPolicy(firstPolicy)).to.deep.equal([])
  })

  it('starts with the values that simplejwt users expect, and with safe ones for the rest', () => {
    expect(firstPolicy).to.include({
      access_token_lifetime: 3_600,
      refresh_token_lifetime: 86_400,
      session_absolute_lifetime: 30 * 86_400,
      rotate_refresh_tokens: true,
      reuse_grace: 10,
      user_id_claim: 'user_id',
      max_sessions_per_user: 500,
      max_devices_per_user: 500,
      password_min_length: 8,
      username_max_length: 30,
    })
  })

  for (const name of policyNames) {
    const row = policyTable[name]
    it(`${name}: refuses a value of another type, and says what it must be`, () => {
      for (const value of [null, undefined, [], {}, Number.NaN, Number.POSITIVE_INFINITY, 1.5, ' ', '1h ', 'ä', -1]) {
        expect(whyNotSet(name, value), JSON.stringify(value)).to.match(/^must /)
      }
    })

    if ('min' in row) {
      it(`${name}: accepts its least and greatest value, and refuses values beyond them`, () => {
        expect(whyNotSet(name, row.min)).to.equal(null)
        expect(whyNotSet(name, row.max)).to.equal(null)
        for (const value of [row.min - 1, row.max + 1]) expect(whyNotSet(name, value)).to.match(/^must lie between/)
      })
    }
  }

  it('does not recognize unknown names, nor names of Object.prototype', () => {
    for (const name of ['', 'toString', '__proto__', 'constructor', 'ACCESS_TOKEN_LIFETIME'])
      expect(isPolicyName(name), name).to.equal(false)
  })

  it('reports contradicting values and all invalid values at once', () => {
    const longer = { ...firstPolicy, refresh_token_lifetime: 86_400, session_absolute_lifetime: 3_600 }
    expect(whyNotPolicy(longer)).to.have.length(1)
    expect(whyNotPolicy({ ...longer, reuse_grace: 61, password_cost: 40 })).to.have.length(3)
  })

  it('parses typed values, and keeps text that it cannot parse, so that validation refuses it', () => {
    expect(readPolicyValue('access_token_lifetime', '15m')).to.equal(900)
    expect(readPolicyValue('rotate_refresh_tokens', 'false')).to.equal(false)
    expect(readPolicyValue('max_sessions_per_user', '12')).to.equal(12)
    expect(readPolicyValue('audience', 'shop')).to.equal('shop')
    for (const [name, text] of [
      ['access_token_lifetime', '900'],
      ['access_token_lifetime', '1 x'],
      ['rotate_refresh_tokens', 'yes'],
      ['max_sessions_per_user', '1e3'],
      ['max_sessions_per_user', '-1'],
      ['at_session_limit', 'end'],
    ] as const) {
      const value = readPolicyValue(name, text)
      expect(value).to.equal(text)
      expect(whyNotSet(name, value), text).to.be.a('string')
    }
  })
})

describe('durations', () => {
  it('are parsed from English, Uzbek and Russian text', () => {
    for (const [texts, seconds] of [
      [['6h', '6H', '6 h', '6 hours', '6 Hours', '6\u00a0hours', '6 soat', '6 часов', '6 ч.', ' 6  hrs '], 21_600],
      [
        ['90 мин', '90 минут', '90m', '90 daqiqa', '1 hour 30 minutes', '1h30m', '1 soat 30 daqiqa', '1 ч 30 мин'],
        5_400,
      ],
      [
        ['1 day 6 hours', '1 day, 6 hours', '1 day and 6 hours', '1 kun va 6 soat', '1 день и 6 часов', '1d 6h'],
        108_000,
      ],
      [['21 секунда', '21 секунду', '21 soniya', '21 sec'], 21],
      [['2 weeks', '2w', '2 hafta', '2 недели', '14 kun', '14 дней'], 1_209_600],
    ] as const)
      for (const text of texts) expect(parseDuration(text), text).to.equal(seconds)
  })

  it('are refused when ambiguous; a fraction is refused with its own reason', () => {
    for (const text of [
      '1 month',
      '1 м',
      '2 месяца',
      '1 oy',
      '6 hours 1 day',
      '1h 1h',
      'hours',
      '6 soatu',
      '1 000 s',
      '1 2 h',
    ])
      expect(parseDuration(text), text).to.equal(null)
    for (const text of ['1,5 soat', '1.5 hours', '1 , 5 ч', '1,000 s']) {
      expect(parseDuration(text), text).to.equal(null)
      expect(whyNotSet('access_token_lifetime', text)).to.include('whole numbers')
    }
    expect(whyNotSet('access_token_lifetime', 'soon')).to.include('such as 90s')
  })

  it('are whole numbers with a unit', () => {
    expect(['90s', '15m', '1h', '30d', '0s'].map(parseDuration)).to.deep.equal([90, 900, 3_600, 2_592_000, 0])
    for (const text of ['', '1', 'h', '1.5h', '-1h', '1q', '9999999999s', '1e3s', '١h'])
      expect(parseDuration(text), text).to.equal(null)
  })

  it('need no unit for zero', () => {
    expect(['0', ' 0 ', '00'].map(parseDuration)).to.deep.equal([0, 0, 0])
    expect(readPolicyValue('reuse_grace', '0')).to.equal(0)
    for (const text of ['-0', '+0', '0x0', '0 0', '0.0', '٠']) expect(parseDuration(text), text).to.equal(null)
  })

  it('are formatted in the largest unit that fits, and parsed back to the same value', () => {
    expect([90, 900, 3_600, 5_400, 86_400, 0].map(formatDuration)).to.deep.equal([
      '90s',
      '15m',
      '1h',
      '90m',
      '1d',
      '0s',
    ])
    for (let seconds = 0; seconds < 200_000; seconds += 61)
      expect(parseDuration(formatDuration(seconds))).to.equal(seconds)
  })
})

describe('the policy user_id_claim', () => {
  it('refuses the name of another claim, and accepts sub', () => {
    for (const name of ['exp', 'rev', 'sid', 'roles', 'username']) {
      expect(whyNotSet('user_id_claim', name), name).to.equal('is the name of another claim')
    }
    expect(whyNotSet('user_id_claim', 'sub')).to.equal(null)
  })
})

// The next step of an authorization request, and the rules that its parameters must follow.
import { expect } from 'chai'
import { type BrowserFacts, type ConsentFacts, nextStep, type Step } from '../../server/policy/authorization.js'
import { type AuthorizationRequest, parametersOf, requestOf } from '../../server/policy/authorization-request.js'
import {
  type AuthorizationFacts,
  type AuthorizationParameters,
  authorizationRules,
  brokenRule,
} from '../../server/policy/authorization-rules.js'
import { errors } from '../../server/protocol/errors.js'
import { isChallenge, verifierMatches } from '../../server/protocol/pkce.js'
import { isRegisteredRedirectUri } from '../../server/protocol/redirect-uris.js'
import { registeredResource, scopeWordsOf } from '../../server/protocol/scopes.js'

type Asked = Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'hintedSub' | 'beganAt'>

const began = 1_000_000
const second = 1_000
const asked: Asked = { prompt: [], beganAt: began }
const amy: BrowserFacts = {
  sub: '7',
  authenticatedAt: began - 60 * second,
  seq: 10,
  mustChangePassword: false,
  mayUse: true,
  applicationEndedSeq: 10,
  endedHereAt: null,
}
const agreed: ConsentFacts = { isFirstParty: false, asksAlways: false, isCovered: true }
const unasked: ConsentFacts = { ...agreed, isCovered: false }

type Row = {
  what: string
  asks?: Partial<Asked>
  /** null: no user is signed in. */
  browser?: Partial<BrowserFacts> | null
  consent?: ConsentFacts
  /** The next page, or "answer" for an answer with a code. */
  next: string
  /** The next step with `prompt=none` in the place of the prompts. */
  unseen: string
}

const rows: Row[] = [
  { what: 'somebody who has agreed', next: 'answer', unseen: 'answer' },
  // oidcc-prompt-none-not-logged-in
  { what: 'nobody', browser: null, next: 'sign_in nobody', unseen: 'login_required' },
  // oidcc-prompt-login
  { what: 'one who is to sign in again', asks: { prompt: ['login'] }, next: 'sign_in asked', unseen: 'answer' },
  {
    what: 'one who is to sign in again and has done so since',
    asks: { prompt: ['login'] },
    browser: { authenticatedAt: began },
    next: 'answer',
    unseen: 'answer',
  },
  {
    what: 'one who is to pick an account',
    asks: { prompt: ['select_account'] },
    next: 'sign_in asked',
    unseen: 'answer',
  },
  // oidcc-max-age-1
  {
    what: 'one who signed in too long ago',
    asks: { maxAge: 59 },
    next: 'sign_in too_long_ago',
    unseen: 'login_required',
  },
  { what: 'one who signed in just so long ago', asks: { maxAge: 60 }, next: 'answer', unseen: 'answer' },
  // oidcc-max-age-10000
  { what: 'one who signed in lately', asks: { maxAge: 10_000 }, next: 'answer', unseen: 'answer' },
  {
    what: 'one who must have signed in just now',
    asks: { maxAge: 0 },
    next: 'sign_in too_long_ago',
    unseen: 'login_required',
  },
  {
    what: 'one who did, after the request began',
    asks: { maxAge: 0 },
    browser: { authenticatedAt: began + second },
    next: 'answer',
    unseen: 'answer',
  },
  // oidcc-id-token-hint
  { what: 'the one who is hinted at', asks: { hintedSub: '7' }, next: 'answer', unseen: 'answer' },
  { what: 'another one', asks: { hintedSub: '8' }, next: 'sign_in other_person', unseen: 'login_required' },
  {
    what: 'another one, however lately signed in',
    asks: { hintedSub: '8' },
    browser: { authenticatedAt: began + second },
    next: 'sign_in other_person',
    unseen: 'login_required',
  },
  {
    what: 'one whose sign-in is older than an end of all sessions of the application',
    browser: { applicationEndedSeq: 11 },
    next: 'sign_in ended',
    unseen: 'login_required',
  },
  {
    what: 'one whose session of the application was ended here since',
    browser: { endedHereAt: began - 60 * second },
    next: 'sign_in ended',
    unseen: 'login_required',
  },
  {
    what: 'one whose session of the application was ended here before that sign-in',
    browser: { endedHereAt: began - 61 * second },
    next: 'answer',
    unseen: 'answer',
  },
  {
    what: 'one whose session was ended here while the page was open, and who has signed in only before',
    browser: { authenticatedAt: began + second, endedHereAt: began + 2 * second },
    next: 'sign_in ended',
    unseen: 'login_required',
  },
  {
    what: 'one who must choose a password first',
    browser: { mustChangePassword: true },
    next: 'new_password',
    unseen: 'interaction_required',
  },
  {
    what: 'one who must choose a password and has agreed to nothing',
    browser: { mustChangePassword: true, mayUse: false },
    consent: unasked,
    next: 'new_password',
    unseen: 'interaction_required',
  },
  { what: 'one without the role', browser: { mayUse: false }, next: 'not_allowed', unseen: 'access_denied' },
  {
    what: 'one without the role who has agreed to nothing',
    browser: { mayUse: false },
    consent: unasked,
    next: 'not_allowed',
    unseen: 'access_denied',
  },
  { what: 'one who has not agreed', consent: unasked, next: 'consent', unseen: 'consent_required' },
  // oidcc-prompt-consent (there is no such module of oidcc-basic; the clause is OpenID Connect Core §3.1.2.1)
  { what: 'one who is to be asked again', asks: { prompt: ['consent'] }, next: 'consent', unseen: 'answer' },
  {
    what: 'one who uses a program that anybody can claim to be',
    consent: { ...agreed, asksAlways: true },
    next: 'consent',
    unseen: 'consent_required',
  },
  {
    what: 'one who uses an application of our own',
    asks: { prompt: ['consent'] },
    consent: { isFirstParty: true, asksAlways: true, isCovered: false },
    next: 'answer',
    unseen: 'answer',
  },
  {
    what: 'one who is to sign in again and to be asked again, and has signed in',
    asks: { prompt: ['login', 'consent'] },
    browser: { authenticatedAt: began + second },
    next: 'consent',
    unseen: 'answer',
  },
]

const said = (step: Step) =>
  step.step === 'sign_in' ? `sign_in ${step.why}` : step.step === 'error' ? step.error : step.step

const every = <T>(...values: T[]) => values

describe('the next step of an authorization request', () => {
  for (const { what, asks, browser, consent = agreed, next, unseen } of rows) {
    const facts = browser === null ? null : { ...amy, ...browser }
    it(`for ${what} is ${next}, and ${unseen} with prompt=none`, () => {
      expect(said(nextStep({ ...asked, ...asks }, facts, consent))).to.equal(next)
      expect(said(nextStep({ ...asked, ...asks, prompt: ['none'] }, facts, consent))).to.equal(unseen)
    })
  }

  it('is a code only when no condition forbids it, and never a page with prompt=none, in all combinations', () => {
    let answers = 0
    for (const prompt of every([], ['none'], ['login'], ['consent'], ['select_account'], ['login', 'consent']))
      for (const maxAge of every(undefined, 0, 59, 60, 10_000))
        for (const hintedSub of every(undefined, '7', '8'))
          for (const authenticatedAt of every(began - 60 * second, began, began + second))
            for (const applicationEndedSeq of every(9, 10, 11))
              for (const endedHereAt of every(null, began - 61 * second, began + 2 * second))
                for (const [mustChangePassword, mayUse] of every([false, true], [true, true], [false, false]))
                  for (const consent of every(
                    agreed,
                    unasked,
                    { ...agreed, asksAlways: true },
                    { ...unasked, isFirstParty: true },
                  )) {
                    const request = {
                      prompt,
                      beganAt: began,
                      ...(maxAge !== undefined && { maxAge }),
                      ...(hintedSub && { hintedSub }),
                    }
                    const browser = {
                      ...amy,
                      authenticatedAt,
                      applicationEndedSeq,
                      endedHereAt,
                      mustChangePassword: mustChangePassword!,
                      mayUse: mayUse!,
                    }
                    const { step } = nextStep(request, browser, consent)
                    const isFresh = authenticatedAt >= began
                    const against =
                      hintedSub === '8' ||
                      applicationEndedSeq > 10 ||
                      (endedHereAt ?? 0) >= authenticatedAt ||
                      (!isFresh && (prompt.includes('login') || prompt.includes('select_account'))) ||
                      (!isFresh && maxAge !== undefined && maxAge < 60) ||
                      mustChangePassword ||
                      !mayUse ||
                      (!consent.isFirstParty &&
                        (consent.asksAlways || !consent.isCovered || prompt.includes('consent')))
                    expect(step === 'answer', JSON.stringify({ request, browser, consent })).to.equal(!against)
                    if (prompt.includes('none')) expect(step).to.be.oneOf(['answer', 'error'])
                    else expect(step).to.not.equal('error')
                    if (step === 'answer') answers++
                  }
    expect(answers).to.be.above(100)
  })
})

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const back = 'https://shop.example/back'
const orders = { resource: 'https://orders.example', scopes: ['orders:read', 'orders:write'] }
const facts: AuthorizationFacts = {
  application: {
    active: true,
    kind: 'web',
    metadata: { redirect_uris: [back], scope: 'openid profile orders:read' },
  },
  servers: [orders, { resource: 'https://other.example/', scopes: ['other:read'] }],
  hintedSub: undefined,
}
const good: Record<string, string[]> = {
  client_id: ['shop'],
  redirect_uri: [back],
  response_type: ['code'],
  scope: ['openid'],
  code_challenge: [challenge],
  code_challenge_method: ['S256'],
}
const without = (...names: string[]): AuthorizationParameters =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))
const withMetadata = (metadata: object): AuthorizationFacts => ({
  ...facts,
  application: { ...facts.application!, metadata: { ...facts.application!.metadata, ...metadata } },
})

describe('the rules of authorization requests', () => {
  it('have an RFC clause, a known error code and valid text; those shown to the user come first', () => {
    const told = authorizationRules.map(rule => rule.reportedTo)
    expect(told).to.deep.equal([...told].sort().reverse())
    for (const { clause, error, why } of authorizationRules) {
      expect(clause).to.match(/^(RFC \d+|OpenID|OAuth|Initiating)/)
      expect(errors, clause).to.have.property(error)
      // RFC 6749 §4.1.2.1
      expect(why).to.match(/^[ !#-[\]-~]+$/)
    }
  })

  it('accept valid requests', () => {
    const taken: [AuthorizationParameters, AuthorizationFacts?][] = [
      [good],
      [{ ...good, unknown: ['1'], acr_values: ['1'], display: ['touch'], claims: ['{}'], claims_locales: ['se'] }],
      [{ ...good, scope: ['openid unknown'] }],
      [{ ...good, scope: ['openid orders:read'], resource: ['https://orders.example'] }],
      [{ ...good, scope: ['openid orders:read'], resource: ['https://orders.example/'] }],
      [{ ...without('scope'), resource: ['https://orders.example'] }],
      [without('scope')],
      [without('redirect_uri', 'scope')],
      [{ ...good, max_age: ['0'] }],
      [{ ...good, prompt: ['login consent select_account'] }],
      [{ ...good, response_mode: ['form_post'] }],
      [without('code_challenge', 'code_challenge_method'), withMetadata({ allow_without_pkce: true })],
      [{ ...good, state: ['x'.repeat(2_048)], nonce: ['x'.repeat(512)] }],
    ]
    for (const [parameters, by = facts] of taken)
      expect(brokenRule(parameters, by)?.why, JSON.stringify(parameters)).to.equal(undefined)
  })

  it('refuse invalid requests, each with its own error, and each rule at least once', () => {
    const broken: [error: string, why: RegExp, AuthorizationParameters, AuthorizationFacts?][] = [
      ['unknown_application', /client_id/, good, { ...facts, application: undefined }],
      ['unknown_application', /client_id/, good, { ...facts, application: { ...facts.application!, active: false } }],
      ['unauthorized_client', /authorization_code/, good, withMetadata({ grant_types: ['client_credentials'] })],
      ['unregistered_redirect_uri', /redirect_uri/, { ...good, redirect_uri: [`${back}/`] }],
      ['unregistered_redirect_uri', /redirect_uri/, { ...good, redirect_uri: [back, back] }],
      ['unregistered_redirect_uri', /redirect_uri/, without('redirect_uri')],
      [
        'unregistered_redirect_uri',
        /redirect_uri/,
        without('redirect_uri', 'scope'),
        withMetadata({ redirect_uris: [back, `${back}2`] }),
      ],
      ['invalid_request', /more than once/, { ...good, state: ['a', 'b'] }],
      ['invalid_request', /more than once/, { ...good, response_type: ['code', 'code'] }],
      ['invalid_request', /more than once/, { ...good, unknown: ['a', 'b'] }],
      ['invalid_request', /6000/, { ...good, unknown: ['x'.repeat(6_000)] }],
      ['invalid_request', /state/, { ...good, state: ['x'.repeat(2_049)] }],
      ['invalid_request', /state/, { ...good, state: ['ʻ'.repeat(1_025)] }],
      ['invalid_request', /state/, { ...good, state: ['a\u0000'] }],
      ['invalid_request', /nonce/, { ...good, nonce: ['x'.repeat(513)] }],
      // oidcc-response-type-missing
      ['invalid_request', /response_type is missing/, without('response_type')],
      ['unsupported_response_type', /response_type/, { ...good, response_type: ['token'] }],
      ['unsupported_response_type', /response_type/, { ...good, response_type: ['code id_token'] }],
      ['invalid_request', /response_mode/, { ...good, response_mode: ['query.jwt'] }],
      ['request_not_supported', /Request objects/, { ...good, request: ['a.b.c'] }],
      [
        'request_uri_not_supported',
        /URIs of request objects/,
        { ...good, request_uri: ['https://shop.example/request'] },
      ],
      ['registration_not_supported', /registration/, { ...good, registration: ['{}'] }],
      ['invalid_request', /push/, good, withMetadata({ require_pushed_authorization_requests: true })],
      ['invalid_request', /code_challenge is missing/, without('code_challenge', 'code_challenge_method')],
      [
        'invalid_request',
        /code_challenge is missing/,
        without('code_challenge', 'code_challenge_method'),
        withMetadata({ allow_without_pkce: true, token_endpoint_auth_method: 'none' }),
      ],
      ['invalid_request', /S256/, without('code_challenge_method')],
      ['invalid_request', /S256/, { ...good, code_challenge_method: ['plain'] }],
      ['invalid_request', /43 characters/, without('code_challenge'), withMetadata({ allow_without_pkce: true })],
      ['invalid_request', /43 characters/, { ...good, code_challenge: [challenge.slice(1)] }],
      ['invalid_request', /43 characters/, { ...good, code_challenge: [`${challenge.slice(1)}=`] }],
      ['invalid_request', /dpop_jkt/, { ...good, dpop_jkt: [challenge.slice(1)] }],
      ['invalid_request', /dpop_jkt/, { ...good, dpop_jkt: [`${challenge.slice(1)}+`] }],
      // Bits past the end: no canonical base64url of a thumbprint.
      ['invalid_request', /dpop_jkt/, { ...good, dpop_jkt: [`${challenge.slice(0, -1)}N`] }],
      ['invalid_scope', /scopes/, { ...good, scope: ['openid email'] }],
      ['invalid_scope', /scopes/, { ...good, scope: ['orders:write'] }],
      ['invalid_target', /not known/, { ...good, resource: ['https://unknown.example'] }],
      ['invalid_target', /not known/, { ...good, resource: ['https://orders.example#a'] }],
      ['invalid_target', /None of the scopes/, { ...good, resource: ['https://orders.example'] }],
      [
        'invalid_target',
        /None of the scopes/,
        { ...good, scope: ['openid orders:read'], resource: ['https://orders.example', 'https://other.example'] },
      ],
      ['invalid_target', /None of the scopes/, { ...without('scope'), resource: ['https://other.example'] }],
      ['invalid_request', /prompt can only/, { ...good, prompt: ['create'] }],
      ['invalid_request', /none stands/, { ...good, prompt: ['none login'] }],
      ['invalid_request', /max_age/, { ...good, max_age: ['-1'] }],
      ['invalid_request', /max_age/, { ...good, max_age: ['1e3'] }],
      ['invalid_request', /id_token_hint/, good, { ...facts, hintedSub: null }],
    ]
    for (const [error, why, parameters, by = facts] of broken) {
      const rule = brokenRule(parameters, by)
      expect(rule?.error, JSON.stringify(parameters)).to.equal(error)
      expect(rule!.why).to.match(why)
    }
    const found = new Set(broken.map(([, , parameters, by = facts]) => brokenRule(parameters, by)))
    expect(authorizationRules.filter(rule => !found.has(rule))).to.deep.equal([])
  })

  it('accept the parameters restored from a request, which yield the same request', () => {
    const requests: AuthorizationParameters[] = [
      good,
      without('redirect_uri', 'scope'),
      { ...without('scope'), resource: ['https://orders.example/'], prompt: ['login consent'], max_age: ['5'] },
      {
        ...good,
        state: [' a&b=c#ʻ'],
        nonce: ['n'],
        response_mode: ['form_post'],
        login_hint: ['amy'],
        dpop_jkt: [challenge],
        ui_locales: ['uz ru'],
      },
    ]
    for (const parameters of requests) {
      const request = requestOf(parameters, facts, began)
      const again = parametersOf(request)
      expect(brokenRule(again, facts)).to.equal(null)
      expect(requestOf(again, facts, began)).to.deep.equal(request)
    }
  })

  it('default to the scopes of the named resource when no scope is requested', () => {
    const request = requestOf({ ...without('scope'), resource: ['https://orders.example'] }, facts, began)
    expect(request).to.deep.include({ scope: ['orders:read'], resources: ['https://orders.example'] })
    expect(requestOf(without('scope'), facts, began).scope).to.deep.equal([])
  })
})

describe('a redirect URI', () => {
  // oidcc-ensure-registered-redirect-uri
  it('must equal a registered one byte by byte, without URL normalization', () => {
    const registered = ['https://shop.example/back', 'com.example.app:/back']
    for (const same of registered) expect(isRegisteredRedirectUri(same, registered, false)).to.equal(true)
    for (const other of [
      'https://shop.example/back/',
      'https://shop.example/back?',
      'https://shop.example/back?a=b',
      'https://shop.example/back#',
      'https://shop.example:443/back',
      'https://SHOP.example/back',
      'HTTPS://shop.example/back',
      'https://shop.example/%62ack',
      'https://shop.example/x/../back',
      'https://shop.example//back',
      'https://shop.example\\back',
      'https://shop.example/back ',
      ' https://shop.example/back',
      'https://shop.example/back\n',
      'https://user@shop.example/back',
      'https://shop.example.evil.example/back',
      'https://shop.example@evil.example/back',
      'http://shop.example/back',
      '//shop.example/back',
      'com.example.app:/back2',
      'com.example.app://back',
      '',
    ])
      expect(isRegisteredRedirectUri(other, registered, true), other).to.equal(false)
  })

  it('of a native application may differ from a registered one in the port of a loopback address only', () => {
    const registered = [
      'http://127.0.0.1/back',
      'http://[::1]:1/back?a=b',
      'http://localhost:3000/',
      'http://127.0.0.1',
    ]
    for (const same of [
      'http://127.0.0.1:49152/back',
      'http://127.0.0.1/back',
      'http://[::1]:49152/back?a=b',
      'http://localhost:49152/',
      'http://127.0.0.1:1',
    ]) {
      expect(isRegisteredRedirectUri(same, registered, true), same).to.equal(true)
      expect(isRegisteredRedirectUri(same, registered, false), same).to.equal(registered.includes(same))
    }
    for (const other of [
      'https://127.0.0.1:49152/back',
      'http://127.0.0.1:49152/back/',
      'http://127.0.0.1:49152/back?a=b',
      'http://127.0.0.1:49152@evil.example/back',
      'http://127.0.0.1.evil.example:1/back',
      'http://127.0.0.1:1.evil.example/back',
      'http://127.0.0.1:/back',
      'http://127.0.0.1:99999/back',
      'http://127.0.0.1:-1/back',
      'http://127.0.0.2:1/back',
      'http://127.1:1/back',
      'http://2130706433:1/back',
      'http://localhost:49152/back',
      'http://LOCALHOST:1/',
      'http://localhost.:1/',
      'http://user@127.0.0.1:1/back',
      'http://127.0.0.1:1/back#a',
      'http://127.0.0.1:1\\@evil.example/back',
    ])
      expect(isRegisteredRedirectUri(other, registered, true), other).to.equal(false)
  })
})

describe('PKCE', () => {
  it('accepts the verifier of an S256 challenge (RFC 7636 Appendix B), and no other', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    expect(verifierMatches(verifier, challenge)).to.equal(true)
    for (const other of ['', challenge, verifier.slice(1), `${verifier}=`, verifier.toLowerCase(), 'x'.repeat(129)])
      expect(verifierMatches(other, challenge), other).to.equal(false)
    // The method plain is not supported.
    expect(verifierMatches(verifier, verifier)).to.equal(false)
    for (const other of ['', `${challenge}=`, challenge.slice(1), `${challenge.slice(1)}+`, `${challenge}\n`])
      expect(isChallenge(other), JSON.stringify(other)).to.equal(false)
  })
})

describe('scopes and resources', () => {
  it('are split into distinct words, and matched with registered resources regardless of a trailing slash', () => {
    expect(scopeWordsOf(' openid  profile openid ')).to.deep.equal(['openid', 'profile'])
    const known = ['https://a.example', 'https://b.example/', 'https://c.example/x']
    expect(registeredResource('https://a.example/', known)).to.equal('https://a.example')
    expect(registeredResource('https://b.example', known)).to.equal('https://b.example/')
    expect(registeredResource('https://c.example/x/', known)).to.equal('https://c.example/x')
    for (const other of ['https://a.example//', 'https://A.example', 'https://a.example#', 'https://c.example', ''])
      expect(registeredResource(other, known), other).to.equal(undefined)
  })
})

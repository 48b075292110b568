// A validated authorization request, made from its parameters and converted back into parameters: when a browser
// returns with it, all rules are checked again.
import {
  type AuthorizationFacts,
  type AuthorizationParameters,
  promptOf,
  redirectUriOf,
  resourcesOf,
  responseModeOf,
  scopeOf,
  singleValue,
  stateOf,
} from './authorization-rules.js'
import { longestUsername } from './username.js'

/** `beganAt` is epoch ms. */
export type AuthorizationRequest = {
  applicationId: string
  redirectUri: string
  /** Whether the request had a redirect URI: the token request must then have it as well (RFC 6749 §4.1.3). */
  redirectUriGiven: boolean
  responseMode: 'query' | 'fragment' | 'form_post'
  state?: string
  nonce?: string
  scope: readonly string[]
  /** Registered identifiers of the requested resource servers. */
  resources: readonly string[]
  challenge?: string
  /** Thumbprint of the key that the code is bound to (RFC 9449 §10). */
  dpopJkt?: string
  prompt: readonly string[]
  /** Seconds. */
  maxAge?: number
  loginHint?: string
  hintedSub?: string
  uiLocales?: string
  /**
   * The browser session of the administrator who tests the application; only that browser gets the answer. No
   * parameter carries it: such a request is made here and travels in a ticket.
   */
  testedBy?: string
  /** The row of the pushed request: it is answered once, whatever ticket is presented. */
  pushed?: string
  beganAt: number
}

/** Where and how an answer is sent; and the pushed request that it spends. */
export type AnswerAddress = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state' | 'pushed'>

/** @param asked parameters that break no rule */
export function requestOf(
  asked: AuthorizationParameters,
  facts: AuthorizationFacts,
  beganAt: number,
): AuthorizationRequest {
  const loginHint = short(asked, 'login_hint', longestUsername)
  const uiLocales = short(asked, 'ui_locales', 200)
  const state = stateOf(asked)
  return {
    applicationId: singleValue(asked, 'client_id'),
    redirectUri: redirectUriOf(asked, facts.application!, facts.test)!,
    redirectUriGiven: 'redirect_uri' in asked,
    responseMode: responseModeOf(asked),
    ...(state !== undefined && { state }),
    ...('nonce' in asked && { nonce: singleValue(asked, 'nonce') }),
    scope: scopeOf(asked, facts),
    resources: resourcesOf(asked, facts)!,
    ...('code_challenge' in asked && { challenge: singleValue(asked, 'code_challenge') }),
    ...('dpop_jkt' in asked && { dpopJkt: singleValue(asked, 'dpop_jkt') }),
    prompt: promptOf(asked),
    ...('max_age' in asked && { maxAge: Number(singleValue(asked, 'max_age')) }),
    ...(loginHint !== undefined && { loginHint }),
    ...(typeof facts.hintedSub === 'string' && { hintedSub: facts.hintedSub }),
    ...(uiLocales !== undefined && { uiLocales }),
    ...(facts.test && { testedBy: facts.test.sid }),
    beganAt,
  }
}

/** The parameters of a request, without `id_token_hint`: its user is known. */
export function parametersOf(request: AuthorizationRequest): AuthorizationParameters {
  const parameters: Record<string, readonly string[]> = {
    client_id: [request.applicationId],
    redirect_uri: request.redirectUriGiven ? [request.redirectUri] : [],
    response_type: ['code'],
    response_mode: [request.responseMode],
    state: optional(request.state),
    nonce: optional(request.nonce),
    // Also an empty scope: without the parameter the request would mean something else.
    scope: [request.scope.join(' ')],
    resource: request.resources,
    code_challenge: optional(request.challenge),
    code_challenge_method: request.challenge === undefined ? [] : ['S256'],
    dpop_jkt: optional(request.dpopJkt),
    prompt: request.prompt.length === 0 ? [] : [request.prompt.join(' ')],
    max_age: optional(request.maxAge),
    login_hint: optional(request.loginHint),
    ui_locales: optional(request.uiLocales),
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, values]) => values.length > 0))
}

const optional = (value: string | number | undefined) => (value === undefined ? [] : [String(value)])

/** A hint that is too long is ignored. */
function short(asked: AuthorizationParameters, name: string, most: number): string | undefined {
  const text = asked[name]?.[0]?.trim()
  return text && text.length <= most && !/\p{Cc}/u.test(text) ? text : undefined
}

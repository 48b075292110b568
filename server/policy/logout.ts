// The result of a logout request by an application (OpenID Connect RP-Initiated Logout §2). Pure.

export type LogoutFacts = {
  /** The user of the application's id_token; null where it sent none. */
  hint: { sub: string } | null
  /** The session of the id_token, where it is still known. */
  hinted: { browserSid: string | null } | null
  /** The user who is signed in with the browser; null where there is none. */
  browser: { userId: number; sid: string } | null
}

/**
 * `end`: at once, as the application has proven that it means the present sign-in; `ask`: the user decides, since any
 * site can send a browser here; `done`: there is nothing to end in this browser.
 */
export function logoutStep({ hint, hinted, browser }: LogoutFacts): 'end' | 'ask' | 'done' {
  if (!browser) return 'done'
  if (hint?.sub !== String(browser.userId)) return 'ask'
  return hinted?.browserSid === browser.sid ? 'end' : 'ask'
}

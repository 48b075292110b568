// What comes of a wish to sign out that an application brings (OpenID Connect RP-Initiated Logout §2). Pure.

export type LogoutFacts = {
  /** Whom the application's id_token names; null where it showed none. */
  hint: { sub: string } | null
  /** The session of the application that the id_token is of, where it is known still. */
  hinted: { browserSid: string | null } | null
  /** Who is signed in; null where nobody is. */
  browser: { userId: number; sid: string } | null
}

/**
 * `end`: at once, as the application has shown that it means the sign-in at hand; `ask`: the person decides, since any site
 * can send a browser here; `done`: there is nothing to end in this browser.
 */
export function logoutStep({ hint, hinted, browser }: LogoutFacts): 'end' | 'ask' | 'done' {
  if (!browser) return 'done'
  if (hint?.sub !== String(browser.userId)) return 'ask'
  return hinted?.browserSid === browser.sid ? 'end' : 'ask'
}

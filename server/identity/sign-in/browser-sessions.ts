// Browser sessions (behind a cookie). A sign-in to this server's own pages is a session of the built-in application
// like any other: when it is ended in the lists, by the log or by the policy, the next request finds it ended, by one
// SELECT.
import { createHash } from 'node:crypto'
import type { Actor, Origin } from '../../policy/actor.js'
import { type SessionEnd, sessionEnd } from '../../policy/session.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { BrowserSessionRecord, BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { Database } from '../../storage/database.js'
import { browserGrant } from '../../storage/session-rows.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { JudgedTransactions } from '../../tokens/judged-transactions.js'
import { type PublicSession, publicSession } from '../devices/public-session.js'
import { type PublicUser, publicUser } from '../people/public-user.js'
import { createCsrfTokens } from './csrf-tokens.js'
import type { Guesses } from './guesses.js'
import type { Hashing } from './hashing.js'
import type { Credentials, SignIn } from './sign-in.js'

/** Why a browser is no longer signed in; `inactive`: its user is disabled or deleted. */
export type BrowserSessionEnd = SessionEnd | 'inactive'

/**
 * A browser session, as pages get it: without the hashes and secrets that its cookie, forms and password are checked
 * against. `end` is null while it lives; `authenticatedAt` (epoch ms) is when the password was typed last.
 */
export type BrowserSession = {
  page: { authenticatedAt: number }
  session: PublicSession
  user: PublicUser
  end: BrowserSessionEnd | null
}

/** The database rows of a BrowserSession that was handed out. */
type Rows = { page: BrowserSessionRecord; session: SessionRecord; passwordHash: string }

export type NewBrowserSession = {
  /** The value of the cookie. */
  id: string
  user: PublicUser
  sessionId: string
  /** The device token, which proves the device at its next sign-in. */
  deviceToken: string
  /** Max-Age of the cookie, in seconds. */
  maxAge: number
}

/** A notice that the next page shows once; its text is in the user's language. */
export type Notice = {
  tone: 'good' | 'warn' | 'bad' | 'info'
  text: string
  /** A form with one button, such as an undo; or a link to a page with a confirmation. */
  action?: { label: string; path: string; fields?: Record<string, string> } | { label: string; href: string }
}

export type BrowserSessionsDeps = {
  database: Database
  userStore: UserStore
  browserSessionStore: BrowserSessionStore
  sessionStore: SessionStore
  signIn: SignIn
  judgedTransactions: JudgedTransactions
  guesses: Guesses
  hashing: Hashing
  policy: PolicyInForce
  tail: Pick<Tail, 'readNow'>
  ownApplication: string
  random: (size: number) => Buffer
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
  /** Called for each visit that is written. */
  seen: (deviceId: string) => void
}

/** Shortest interval between two written visits of a session, in ms. */
const visitEvery = 60_000

export function createBrowserSessions(deps: BrowserSessionsDeps) {
  const { database, userStore, browserSessionStore, sessionStore, signIn, judgedTransactions, guesses, hashing } = deps
  const { policy, tail, ownApplication, random, now, latest } = deps
  const csrfTokens = createCsrfTokens(random)
  /** Rows by the object that was handed out; garbage-collected with it. */
  const rows = new WeakMap<BrowserSession, Rows>()
  const pageOf = (browser: BrowserSession): BrowserSessionRecord => rows.get(browser)!.page

  return {
    /**
     * Signs in and gives the browser a new cookie. Where the same user is signed in with the browser already, that
     * session is renewed, and its children stay: `sessionId` is the former one then.
     * @param former the browser's present or previous session
     * @throws as sign-in does
     */
    async signIn(credentials: Credentials, origin: Origin, former?: BrowserSession): Promise<NewBrowserSession> {
      const renews = former?.end === null ? former.session.id : undefined
      const held = { grant: browserGrant, renews }
      const signedIn = await signIn.signIn(credentials, ownApplication, origin, held)
      const { user, sessionId, authenticatedAt, issueDeviceToken } = signedIn
      const id = random(32).toString('base64url')
      const renewed = former && sessionId === renews ? pageOf(former) : null
      // Another tab may have signed in concurrently: then the row has a new cookie already, and a second row is
      // inserted.
      if (!renewed || !(await browserSessionStore.renew(database, renewed.idHash, hashOf(id), authenticatedAt))) {
        // Form tokens on pages in other tabs stay valid.
        const formSecret = renewed?.formSecret ?? random(32).toString('base64url')
        const row = { idHash: hashOf(id), sessionId, formSecret, authenticatedAt, notices: null, createdAt: now() }
        await browserSessionStore.insert(database, row)
      }
      const deviceToken = issueDeviceToken()
      return { id, user, sessionId, deviceToken, maxAge: policy().session_absolute_lifetime }
    },

    /**
     * The browser session of a cookie, ended and expired ones included; null when there is none.
     * @throws database_unavailable
     */
    async find(id: string): Promise<BrowserSession | null> {
      if (!/^[\w-]{43}$/.test(id)) return null
      const found = await browserSessionStore.find(database, hashOf(id))
      if (found?.standing.session.applicationId !== ownApplication) return null
      const { page, standing } = found
      const { session, user, application, ended } = standing
      // A page must not be judged by a policy that the row's database has replaced already.
      if (standing.policyVersion !== policy.eras().head) await tail.readNow()
      const inactive = user.active && application.active ? null : 'inactive'
      const end = inactive ?? sessionEnd(session, ended, now(), policy.of(session))
      // 503 with a retry is better than the sign-in page, which would lose the submitted form.
      if (!end && sessionEnd(session, ended, latest(), policy.of(session)))
        throw refuse('clock_jumped', { retryAfter: 10 })
      const browser: BrowserSession = {
        page: { authenticatedAt: page.authenticatedAt },
        session: publicSession(session),
        user: publicUser(user),
        end,
      }
      rows.set(browser, { page, session, passwordHash: user.passwordHash })
      return browser
    },

    /** Records a page view, which extends the session. */
    async visit(browser: BrowserSession): Promise<void> {
      const { session } = rows.get(browser)!
      const at = now()
      if (at - session.lastSeenAt < visitEvery) return
      const { refresh_token_lifetime: idle, session_absolute_lifetime: absolute } = policy.of(session)
      const terms = { now: at, idle: idle * 1000, absolute: absolute * 1000, every: visitEvery }
      await sessionStore.visit(database, session.id, terms)
      deps.seen(session.deviceId)
    },

    /**
     * Checks the user's password again.
     * @throws invalid_fields, too_many_guesses, overloaded, what `transaction` throws
     */
    async provePassword(browser: BrowserSession, password: string, actor: Actor): Promise<void> {
      const { session, user } = browser
      const { page, passwordHash } = rows.get(browser)!
      await guesses.count({ kind: 'owner', userId: user.id, deviceId: session.deviceId }, async () => {
        const right = await hashing.inSlot(user.id, verify => verify(password, passwordHash))
        if (!right) throw wrongProof()
      })
      await judgedTransactions.run(actor, async tx => {
        // The password was changed concurrently: the one that was checked is no longer valid.
        if ((await userStore.find(tx, user.id))?.passwordHash !== passwordHash) throw wrongProof()
        await browserSessionStore.setAuthenticatedAt(tx, page.idHash, now())
      })
    },

    /** Records that the password has just been checked elsewhere, such as at its change. */
    passwordProved: (browser: BrowserSession): Promise<void> =>
      browserSessionStore.setAuthenticatedAt(database, pageOf(browser).idHash, now()),

    /** Stores notices for the next page. */
    async addNotices(browser: BrowserSession, notices: readonly Notice[]): Promise<void> {
      await browserSessionStore.setNotices(database, pageOf(browser).idHash, JSON.stringify(notices))
    },

    /** Takes the stored notices for the present page; each is taken once. */
    async takeNotices(browser: BrowserSession): Promise<Notice[]> {
      const { idHash, notices } = pageOf(browser)
      if (notices === null || !(await browserSessionStore.takeNotices(database, idHash, notices))) return []
      return JSON.parse(notices) as Notice[]
    },

    /** Deletes the row behind the cookie; its session must be ended by the caller. */
    forget: (browser: BrowserSession): Promise<void> => browserSessionStore.remove(database, pageOf(browser).idHash),

    /** A CSRF token for a form of this browser; `about` limits it to one purpose. */
    formTokenOf: (browser: BrowserSession, about = ''): string => csrfTokens.make(pageOf(browser).formSecret, about),

    /** Whether a CSRF token was made for a form of this browser, and for this purpose. */
    isFormTokenOf: (browser: BrowserSession, token: unknown, about = ''): boolean =>
      csrfTokens.isValid(token, pageOf(browser).formSecret, about),

    /** CSRF tokens of a browser without a sign-in, which has a secret of its own in a cookie. */
    formToken: csrfTokens.make,
    isFormToken: csrfTokens.isValid,
  }
}

function wrongProof() {
  return refuseField('proof', 'password_wrong')
}

export type BrowserSessions = ReturnType<typeof createBrowserSessions>

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

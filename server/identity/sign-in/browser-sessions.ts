// The session behind a browser's cookie. A sign-in to our own pages is a session of the built-in application like any other: when
// it is ended in the lists, by the log or by the policy, the next request finds it ended, by one SELECT.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Actor, Origin } from '../../policy/actor.js'
import { type SessionEnd, sessionEnd } from '../../policy/session.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { BrowserSessionRecord, BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { Database } from '../../storage/database.js'
import { browserGrant } from '../../storage/session-rows.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { JudgedTransactions } from '../../tokens/judged-transactions.js'
import { type PublicSession, publicSession } from '../devices/public-session.js'
import { type PublicUser, publicUser } from '../people/public-user.js'
import type { Guesses } from './guesses.js'
import type { Hashing } from './hashing.js'
import type { Credentials, SignIn } from './sign-in.js'

/** Why a browser is signed in no more; `inactive`: its user is disabled or gone. */
export type BrowserSessionEnd = SessionEnd | 'inactive'

/**
 * One browser's sign-in, as pages get it: what its cookie, its forms and its user's password are checked against stays here.
 * `end` is null while it lives; `authenticatedAt` (epoch ms) is when the password was typed last.
 */
export type BrowserSession = {
  page: { authenticatedAt: number }
  session: PublicSession
  user: PublicUser
  end: BrowserSessionEnd | null
}

/** The rows behind one that was handed out. */
type Rows = { page: BrowserSessionRecord; session: SessionRecord; passwordHash: string }

export type NewBrowserSession = {
  /** What the cookie says. */
  id: string
  user: PublicUser
  sessionId: string
  /** Proves the device at its next sign-in. */
  deviceToken: string
  /** For how long the cookie may be of use, in seconds. */
  maxAge: number
}

/** What the next page tells once; the text stands in the reader's language. */
export type Notice = {
  tone: 'good' | 'warn' | 'bad' | 'info'
  text: string
  /** A form of one button, such as the one that takes it back; or a link to where that is weighed first. */
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
  ownApplication: string
  random: (size: number) => Buffer
  now: () => number
  /** As `now`, by the latest that it may be. */
  latest: () => number
  /** Told of each visit that is written. */
  seen: (deviceId: string) => void
}

/** Visits write at most so often, in ms. */
const visitEvery = 60_000

export function createBrowserSessions(deps: BrowserSessionsDeps) {
  const { database, userStore, browserSessionStore, sessionStore, signIn, judgedTransactions, guesses, hashing } = deps
  const { policy, ownApplication, random, now, latest } = deps
  /** Found by those who hold the browser's sign-in, and gone with it. */
  const rows = new WeakMap<BrowserSession, Rows>()
  const pageOf = (browser: BrowserSession): BrowserSessionRecord => rows.get(browser)!.page

  return {
    /**
     * Signs in and gives the browser a new id, whatever it had before. Where the browser is signed in already, by the same
     * person, that session goes on, and what was opened through it with it: `sessionId` is the former's then.
     * @param former whoever the browser is or was signed in by
     * @throws as sign-in does
     */
    async signIn(credentials: Credentials, origin: Origin, former?: BrowserSession): Promise<NewBrowserSession> {
      const renews = former?.end === null ? former.session.id : undefined
      const held = { grant: browserGrant, renews }
      const signedIn = await signIn.signIn(credentials, ownApplication, origin, held)
      const { user, sessionId, authenticatedAt, issueDeviceToken } = signedIn
      const id = random(32).toString('base64url')
      const renewed = former && sessionId === renews ? pageOf(former) : null
      // Another tab may have signed in at the same moment: then the row has a new id already, and there are two.
      if (!renewed || !(await browserSessionStore.renew(database, renewed.idHash, hashOf(id), authenticatedAt))) {
        // Forms on pages that are open in other tabs go on being good.
        const formSecret = renewed?.formSecret ?? random(32).toString('base64url')
        const row = { idHash: hashOf(id), sessionId, formSecret, authenticatedAt, notices: null, createdAt: now() }
        await browserSessionStore.insert(database, row)
      }
      const deviceToken = issueDeviceToken()
      return { id, user, sessionId, deviceToken, maxAge: policy().session_absolute_lifetime }
    },

    /** The sign-in behind a cookie, also one that is over; null when there is none. @throws database_unavailable */
    async find(id: string): Promise<BrowserSession | null> {
      if (!/^[\w-]{43}$/.test(id)) return null
      const found = await browserSessionStore.find(database, hashOf(id))
      if (found?.standing.session.applicationId !== ownApplication) return null
      const { page, standing } = found
      const { session, user, application, ended } = standing
      const inactive = user.active && application.active ? null : 'inactive'
      const end = inactive ?? sessionEnd(session, ended, now(), policy.of(session))
      // A retry a little later is better than the sign-in page, which would lose the form that was sent.
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

    /** A page was looked at: the session goes on. */
    async visit(browser: BrowserSession): Promise<void> {
      const { session } = rows.get(browser)!
      const at = now()
      if (at - session.lastSeenAt < visitEvery) return
      const { refresh_token_lifetime: idle, session_absolute_lifetime: absolute } = policy.of(session)
      const terms = { now: at, idle: idle * 1000, absolute: absolute * 1000, every: visitEvery }
      await sessionStore.visit(database, session.id, terms)
      deps.seen(session.deviceId)
    },

    /** The person types the password again. @throws invalid_fields, too_many_guesses, overloaded, what `transaction` throws */
    async provePassword(browser: BrowserSession, password: string, actor: Actor): Promise<void> {
      const { session, user } = browser
      const { page, passwordHash } = rows.get(browser)!
      await guesses.count({ kind: 'owner', userId: user.id, deviceId: session.deviceId }, async () => {
        const right = await hashing.inSlot(user.id, verify => verify(password, passwordHash))
        if (!right) throw wrongProof()
      })
      await judgedTransactions.run(actor, async tx => {
        // Changed meanwhile: what was typed is no longer the password.
        if ((await userStore.find(tx, user.id))?.passwordHash !== passwordHash) throw wrongProof()
        await browserSessionStore.setAuthenticatedAt(tx, page.idHash, now())
      })
    },

    /** The password was typed somewhere else on the way, such as where it is changed. */
    passwordProved: (browser: BrowserSession): Promise<void> =>
      browserSessionStore.setAuthenticatedAt(database, pageOf(browser).idHash, now()),

    /** Keeps something for the next page. */
    async tell(browser: BrowserSession, notices: readonly Notice[]): Promise<void> {
      await browserSessionStore.setNotices(database, pageOf(browser).idHash, JSON.stringify(notices))
    },

    /** What the page now made is to tell; nobody is told it twice. */
    async takeNotices(browser: BrowserSession): Promise<Notice[]> {
      const { idHash, notices } = pageOf(browser)
      if (notices === null || !(await browserSessionStore.takeNotices(database, idHash, notices))) return []
      return JSON.parse(notices) as Notice[]
    },

    /** Forgets the cookie; its session is ended by whoever ends sessions. */
    forget: (browser: BrowserSession): Promise<void> => browserSessionStore.remove(database, pageOf(browser).idHash),

    /** A token for one form of this browser; `about`: for nothing but what this text says. */
    formTokenOf: (browser: BrowserSession, about = ''): string => formToken(pageOf(browser).formSecret, about),

    /** Was this token made for a form of this browser, and about this? */
    isFormTokenOf: (browser: BrowserSession, token: unknown, about = ''): boolean =>
      isFormToken(token, pageOf(browser).formSecret, about),

    /** The same of a browser that nobody is signed in with: its secret is its own. */
    formToken,
    isFormToken,
  }

  /** Each is written otherwise, so that a compressed page gives nothing of it away (BREACH). */
  function formToken(secret: string, about = ''): string {
    const salt = random(12).toString('base64url')
    return `${salt}.${macOf(secret, salt, about)}`
  }
}

function wrongProof() {
  return refuseField('proof', 'password_wrong')
}

export type BrowserSessions = ReturnType<typeof createBrowserSessions>

function isFormToken(token: unknown, secret: string, about = ''): boolean {
  const [, salt, mac] = typeof token === 'string' ? (/^([\w-]{16})\.([\w-]{43})$/.exec(token) ?? []) : []
  if (salt === undefined || mac === undefined) return false
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, salt, about)))
}

/** The salt is of one length: which part is which stays clear. */
function macOf(secret: string, salt: string, about: string): string {
  return createHmac('sha256', secret).update(salt).update(about).digest('base64url')
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

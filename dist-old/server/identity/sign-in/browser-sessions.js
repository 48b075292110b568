// Who is behind a browser's cookie. A sign-in to our own pages is a session of the built-in application like any other:
// whatever ends it in the lists, the log or the policy ends it here with the next request, as one SELECT tells.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { sessionEnd } from '../../policy/session.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { browserGrant } from '../../storage/session-rows.js';
import { publicSession } from '../devices/public-session.js';
import { publicUser } from '../people/public-user.js';
/** Visits write at most so often, in ms. */
const visitEvery = 60_000;
export function createBrowserSessions(deps) {
    const { database, userStore, browserSessionStore, sessionStore, signIn, judgedTransactions, guesses, hashing } = deps;
    const { policy, ownApplication, random, now, latest } = deps;
    /** Found by those who hold the browser's sign-in, and gone with it. */
    const rows = new WeakMap();
    const pageOf = (browser) => rows.get(browser).page;
    return {
        /**
         * Signs in and gives the browser a new id, whatever it had before. Where the browser is signed in already, by the same
         * person, that session goes on, and what was opened through it with it: `sessionId` is the former's then.
         * @param former whoever the browser is or was signed in by
         * @throws as sign-in does
         */
        async signIn(credentials, origin, former) {
            const renews = former?.end === null ? former.session.id : undefined;
            const held = { grant: browserGrant, renews };
            const signedIn = await signIn.signIn(credentials, ownApplication, origin, held);
            const { user, sessionId, authenticatedAt, issueDeviceToken } = signedIn;
            const id = random(32).toString('base64url');
            const renewed = former && sessionId === renews ? pageOf(former) : null;
            // Another tab may have signed in at the same moment: then the row has a new id already, and there are two.
            if (!renewed || !(await browserSessionStore.renew(database, renewed.idHash, hashOf(id), authenticatedAt))) {
                // Forms on pages that are open in other tabs go on being good.
                const formSecret = renewed?.formSecret ?? random(32).toString('base64url');
                const row = { idHash: hashOf(id), sessionId, formSecret, authenticatedAt, notices: null, createdAt: now() };
                await browserSessionStore.insert(database, row);
            }
            const deviceToken = issueDeviceToken();
            return { id, user, sessionId, deviceToken, maxAge: policy().session_absolute_lifetime };
        },
        /** The sign-in behind a cookie, also one that is over; null when there is none. @throws database_unavailable */
        async find(id) {
            if (!/^[\w-]{43}$/.test(id))
                return null;
            const found = await browserSessionStore.find(database, hashOf(id));
            if (found?.standing.session.applicationId !== ownApplication)
                return null;
            const { page, standing } = found;
            const { session, user, application, ended } = standing;
            const inactive = user.active && application.active ? null : 'inactive';
            const end = inactive ?? sessionEnd(session, ended, now(), policy.of(session));
            // A form that is sent again in five minutes is worth more than one that is lost to a sign-in.
            if (!end && sessionEnd(session, ended, latest(), policy.of(session)))
                throw refuse('clock_jumped', { retryAfter: 10 });
            const browser = {
                page: { authenticatedAt: page.authenticatedAt },
                session: publicSession(session),
                user: publicUser(user),
                end,
            };
            rows.set(browser, { page, session, passwordHash: user.passwordHash });
            return browser;
        },
        /** A page was looked at: the session goes on. */
        async visit(browser) {
            const { session } = rows.get(browser);
            const at = now();
            if (at - session.lastSeenAt < visitEvery)
                return;
            const { refresh_token_lifetime: idle, session_absolute_lifetime: absolute } = policy.of(session);
            const terms = { now: at, idle: idle * 1000, absolute: absolute * 1000, every: visitEvery };
            await sessionStore.visit(database, session.id, terms);
            deps.seen(session.deviceId);
        },
        /** The person types the password again. @throws invalid_fields, too_many_guesses, overloaded, what `transaction` throws */
        async provePassword(browser, password, actor) {
            const { session, user } = browser;
            const { page, passwordHash } = rows.get(browser);
            await guesses.count({ kind: 'owner', userId: user.id, deviceId: session.deviceId }, async () => {
                const right = await hashing.inSlot(user.id, verify => verify(password, passwordHash));
                if (!right)
                    throw wrongProof();
            });
            await judgedTransactions.run(actor, async (tx) => {
                // Changed meanwhile: what was typed is no longer the password.
                if ((await userStore.find(tx, user.id))?.passwordHash !== passwordHash)
                    throw wrongProof();
                await browserSessionStore.setAuthenticatedAt(tx, page.idHash, now());
            });
        },
        /** The password was typed somewhere else on the way, such as where it is changed. */
        passwordProved: (browser) => browserSessionStore.setAuthenticatedAt(database, pageOf(browser).idHash, now()),
        /** Keeps something for the next page. */
        async tell(browser, notices) {
            await browserSessionStore.setNotices(database, pageOf(browser).idHash, JSON.stringify(notices));
        },
        /** What the page now made is to tell; nobody is told it twice. */
        async takeNotices(browser) {
            const { idHash, notices } = pageOf(browser);
            if (notices === null || !(await browserSessionStore.takeNotices(database, idHash, notices)))
                return [];
            return JSON.parse(notices);
        },
        /** Forgets the cookie; its session is ended by whoever ends sessions. */
        forget: (browser) => browserSessionStore.remove(database, pageOf(browser).idHash),
        /** A token for one form of this browser; `about`: for nothing but what this text says. */
        formTokenOf: (browser, about = '') => formToken(pageOf(browser).formSecret, about),
        /** Was this token made for a form of this browser, and about this? */
        isFormTokenOf: (browser, token, about = '') => isFormToken(token, pageOf(browser).formSecret, about),
        /** The same of a browser that nobody is signed in with: its secret is its own. */
        formToken,
        isFormToken,
    };
    /** Each is written otherwise, so that a compressed page gives nothing of it away (BREACH). */
    function formToken(secret, about = '') {
        const salt = random(12).toString('base64url');
        return `${salt}.${macOf(secret, salt, about)}`;
    }
}
function wrongProof() {
    return refuseField('proof', 'password_wrong');
}
function isFormToken(token, secret, about = '') {
    const [, salt, mac] = typeof token === 'string' ? (/^([\w-]{16})\.([\w-]{43})$/.exec(token) ?? []) : [];
    if (salt === undefined || mac === undefined)
        return false;
    return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, salt, about)));
}
/** The salt is of one length: which part is which stays clear. */
function macOf(secret, salt, about) {
    return createHmac('sha256', secret).update(salt).update(about).digest('base64url');
}
function hashOf(id) {
    return createHash('sha256').update(id).digest('base64url');
}
//# sourceMappingURL=browser-sessions.js.map
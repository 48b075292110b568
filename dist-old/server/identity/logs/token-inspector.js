import { publicSession } from '../devices/public-session.js';
/** How far apart an entry of the log and the audit entry of the same change may be written, in ms. */
const longestChange = 10_000;
/** How many audit entries of one actor are looked through. */
const looked = 50;
export function createTokenInspector({ database, explain, revocationStore, sessionStore, auditLog, }) {
    return {
        /** @throws database_unavailable, log_went_back */
        async inspect(token) {
            const explanation = await explain(token);
            const { kind, signed, decoded, entry, refusal } = explanation;
            const sid = signed && typeof decoded?.claims.sid === 'string' ? decoded.claims.sid : null;
            const session = sid === null ? null : await sessionStore.find(database, sid);
            const over = kind === 'refresh' && explanation.checks.at(-1)?.result === 'failed' && refusal !== 'token_expired';
            const revocation = entry
                ? await revocationStore.find(database, entry.seq)
                : over && session
                    ? await endOf(session, decoded.claims)
                    : null;
            const audit = revocation && (await noteOf(revocation));
            return { ...explanation, revocation, audit, session: session && publicSession(session) };
        },
    };
    /** The newest entry that ends a session: its own, or one of all that its user, its application or everybody had. */
    async function endOf(session, claims) {
        const about = [
            ['session', claims.sid],
            ['user', claims.sub],
            ['application', claims.client_id],
            ['all', ''],
        ];
        const found = await Promise.all(about.map(([kind, subject]) => revocationStore.latestEnd(database, kind, subject)));
        return found.find(entry => entry && entry.seq > session.seq && entry.exceptSid !== session.id) ?? null;
    }
    /** The audit entry of the same change: of the same actor and instant, about the same thing. */
    async function noteOf({ actor, createdAt, kind, subject }) {
        const when = { since: createdAt - longestChange, until: createdAt + 1_000 };
        const { results } = await auditLog.page({ actor, ...when }, { limit: looked });
        // A device's entry names the sessions that ended with it.
        const isAbout = ({ subject: audited, beforeJson }) => audited === subject || (kind === 'session' && beforeJson?.includes(JSON.stringify(subject)));
        const wide = ['revocation_added', 'policy_changed', 'key_revoked', 'log_advanced'];
        const own = results.filter(one => (kind === 'all' ? wide.includes(one.action) : isAbout(one)));
        return own.sort((a, b) => Math.abs(a.createdAt - createdAt) - Math.abs(b.createdAt - createdAt))[0] ?? null;
    }
}
//# sourceMappingURL=token-inspector.js.map
// How far the move from the former service has come: who has come, who is still to come, who was refused and why.
import { setImmediate } from 'node:timers/promises';
import { dayLength } from './legacy-counts.js';
/** Rows are kept so long after a token is over: times of a service without time zones may be half a day off; ms. */
export const legacyTokensKept = 86_400_000;
const batch = 500;
/** How far back days are told; ms. */
const daysTold = 400 * dayLength;
export function createLegacyStatus({ terms, database, legacyTokenStore, now }) {
    return {
        /** Whether the settings are there. */
        isConfigured: terms !== null,
        async show() {
            const at = now();
            const [toCome, counts] = await Promise.all([
                legacyTokenStore.countToCome(database, at),
                legacyTokenStore.counts(database, at - daysTold),
            ]);
            const days = new Map();
            const totals = new Map();
            for (const { day, what, value } of counts) {
                totals.set(what, (totals.get(what) ?? 0) + value);
                if (what === 'again')
                    continue;
                const told = days.get(day) ?? { day, exchanged: 0, refused: 0 };
                days.set(day, told);
                told[what === 'exchanged' ? 'exchanged' : 'refused'] += value;
            }
            const refused = [...totals]
                .filter(([what]) => what !== 'exchanged' && what !== 'again')
                .map(([code, count]) => ({ code, count }))
                .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
            return {
                terms,
                open: terms !== null && at < terms.acceptedUntil,
                toCome,
                exchanged: totals.get('exchanged') ?? 0,
                again: totals.get('again') ?? 0,
                refused,
                days: [...days.values()],
            };
        },
        /** Forgets tokens that are over. */
        async tidy() {
            while ((await legacyTokenStore.forget(database, now() - legacyTokensKept, batch)) === batch)
                await setImmediate();
        },
    };
}
//# sourceMappingURL=legacy-status.js.map
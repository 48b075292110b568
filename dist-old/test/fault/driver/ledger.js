// What happened, on the driver's one monotonic clock: revokes that were answered, requests that were begun and what became
// of them. Nothing is judged here; see judge.ts.
import { appendFileSync } from 'node:fs';
/** ms of the driver's own clock, which no fault touches. */
export const instant = () => performance.now();
/** @param file JSON lines are added to it, or null */
export function aLedger(file) {
    const verdicts = [];
    const revoked = [];
    const notes = [];
    return {
        verdicts,
        revoked,
        note: note => void notes.push({ note, at: instant() }),
        close() {
            if (file === null)
                return;
            const rows = [...notes, ...revoked, ...verdicts];
            appendFileSync(file, rows.map(row => `${JSON.stringify(row)}\n`).join(''));
        },
    };
}
//# sourceMappingURL=ledger.js.map
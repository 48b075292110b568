// The judgement of one round's ledger. Pure. What counts is when a request was begun, not when it was answered: a request
// that lay in the sockets of a stopped server may have been begun long before the revoke.
import { grouped } from '../../../server/storage/statement.js';
/** P1: ms after the answer from which on no request that is begun may be accepted. */
export const bound = 2_000;
/** 404: it was let in, and found that its user is no more. */
const accepted = (verdict) => verdict.status === 200 || verdict.status === 404;
/** 0: no answer came, which is what a dead server says. */
const bearable = [0, 200, 503];
/** @param verifiers the names of the resource servers */
export function judge(revoked, verdicts, verifiers = []) {
    const judgement = { violations: [], wrong: [], here: [], there: [], atVerifiers: [] };
    const byToken = grouped(verdicts, verdict => verdict.token);
    const trials = new Map(revoked.map(one => [one.trial, one]));
    for (const [token, all] of byToken) {
        const trial = typeof token === 'number' ? trials.get(token) : undefined;
        const allowed = trial ? [...bearable, 401, trial.trigger === 'user deleted' ? 404 : 401] : bearable;
        judgement.wrong.push(...all.filter(({ status }) => !allowed.includes(status)));
        if (trial)
            judgeTrial(trial, all, new Set(verifiers), judgement);
    }
    return judgement;
}
function judgeTrial(revoked, all, verifiers, judgement) {
    const { answered, via } = revoked;
    const later = all.filter(verdict => verdict.begun > answered).sort((a, b) => a.begun - b.begun);
    for (const verdict of later) {
        const after = verdict.begun - answered;
        if (after > bound && accepted(verdict))
            judgement.violations.push({ revoked, verdict, after });
    }
    for (const [server, ours] of grouped(later, verdict => verdict.server)) {
        const last = ours.findLastIndex(accepted);
        // The first request from which on none was accepted; where it was never accepted, the revoke was there at once.
        const refused = last === -1 ? answered : (ours[last + 1]?.begun ?? Number.POSITIVE_INFINITY);
        const where = verifiers.has(server) ? 'atVerifiers' : server === via ? 'here' : 'there';
        judgement[where].push(refused - answered);
    }
}
//# sourceMappingURL=judge.js.map
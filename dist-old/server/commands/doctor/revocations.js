// Good tokens that are revoked while the resource server is asked again and again: how long does it go on to let them in?
import { setTimeout as pause } from 'node:timers/promises';
import { isLetIn } from './asking.js';
import { toldAnswer } from './finding.js';
const texts = {
    token: { sent: 'a token that was revoked', clause: 'RFC 7009 §2' },
    session: { sent: 'a token whose session was ended', clause: 'RFC 9068 §5' },
    role: { sent: 'a token with a role that has changed', clause: 'RFC 9068 §5' },
};
/** What the kit keeps to, whatever fails; ms. */
const promised = 2_000;
const betweenTwo = 10;
export async function tryEnding(asking, ending, patience) {
    const about = { attack: `revoked_${ending.what}`, ...texts[ending.what], expected: 'refused' };
    const token = ending.token();
    const before = await asking.bearer(token);
    if (!isLetIn(before)) {
        const answered = `answered ${toldAnswer(before)} before it was revoked`;
        return { ...about, answered, verdict: 'not_tried', weakness: null };
    }
    await ending.end();
    const { letInFor, last } = await askUntilRefused(asking, token, patience.revokedFor);
    if (letInFor === null) {
        const answered = `still let in after ${spanText(patience.revokedFor)}: until it expires, as far as can be seen`;
        return { ...about, answered, verdict: patience.untilExpiry ? 'remark' : 'let_in', weakness: 'revocation' };
    }
    // The same claims under a new signature: who keeps a list of texts does not know it.
    const again = await asking.bearer(ending.token());
    if (isLetIn(again))
        return {
            ...about,
            answered: 'refused, and let in when it was signed anew',
            verdict: 'let_in',
            weakness: 'revocation',
        };
    const answered = letInFor === 0 ? `${toldAnswer(last)} at once` : `${toldAnswer(last)}; let in for ${spanText(letInFor)}`;
    return letInFor > promised
        ? { ...about, answered, verdict: 'lenient', weakness: 'revocation' }
        : { ...about, answered, verdict: 'held', weakness: null };
}
/** @returns how long after the revocation the last request was sent that was let in; null: it was not refused in time */
async function askUntilRefused(asking, token, revokedFor) {
    const ended = performance.now();
    for (let letInFor = 0;;) {
        const sent = performance.now() - ended;
        const last = await asking.bearer(token);
        if (!isLetIn(last))
            return { letInFor, last };
        letInFor = sent;
        if (sent > revokedFor)
            return { letInFor: null, last };
        await pause(betweenTwo);
    }
}
function spanText(ms) {
    return ms < 1_000 ? `${Math.ceil(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
//# sourceMappingURL=revocations.js.map
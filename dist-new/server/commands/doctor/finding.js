// What one attack came to.
import { weaknesses } from '../../policy/weaknesses.js';
import { isCrash, isLetIn } from './asking.js';
/** Of what is to be refused, in one spelling or in several. */
export function judged({ refuse, weakness, ...about }, tried) {
    const letIn = tried.filter(({ answer }) => isLetIn(answer));
    const crashed = tried.filter(({ answer }) => isCrash(answer));
    const expected = refuse === 'either' ? 'either' : 'refused';
    const finding = { ...about, expected, answered: answersIn(tried) };
    if (letIn.length > 0 && refuse !== 'either')
        return { ...finding, verdict: refuse === 'must' ? 'let_in' : 'lenient', weakness };
    if (crashed.length > 0)
        return { ...finding, verdict: 'remark', weakness: 'crash' };
    return { ...finding, verdict: 'held', weakness: null };
}
export function toldAnswer({ status, failure }) {
    return status === null ? (failure ?? 'nothing') : String(status);
}
/** `200 (no rev, no roles); 401 (3 others)`: what was let in by its name, and first. */
function answersIn(tried) {
    const ways = new Map();
    for (const one of [...tried].sort((a, b) => Number(isLetIn(b.answer)) - Number(isLetIn(a.answer)))) {
        const told = toldAnswer(one.answer);
        ways.set(told, [...(ways.get(told) ?? []), one.how]);
    }
    const [[first] = ['']] = ways;
    if (ways.size === 1)
        return tried.length === 1 ? first : `${first} (all ${tried.length})`;
    const few = (hows) => (hows.length <= 3 ? hows.join(', ') : `${hows.length} others`);
    return [...ways].map(([told, hows]) => `${told} (${told.startsWith('2') ? hows.join(', ') : few(hows)})`).join('; ');
}
export function printedFinding(finding) {
    const { weakness, ...rest } = finding;
    return {
        ...rest,
        verdict: verdictWords[finding.verdict],
        ...(weakness && { weakness, mend: weaknesses[weakness].mend }),
    };
}
export const verdictWords = {
    held: 'held',
    let_in: 'LET IN',
    lenient: 'lenient',
    remark: 'remark',
    not_tried: 'not tried',
};
//# sourceMappingURL=finding.js.map
import { grouped } from '../storage/statement.js';
export function createRotationStatements() {
    /** Folded once for each policy in force. */
    const known = new WeakMap();
    function spansOf(eras, applicationId) {
        const byApplication = known.get(eras) ?? new Map();
        known.set(eras, byApplication);
        let found = byApplication.get(applicationId);
        if (!found) {
            const spans = fold(eras, applicationId);
            found = { key: JSON.stringify(spans), spans };
            byApplication.set(applicationId, found);
        }
        return found;
    }
    return function rotationStatements(eras, claims, at) {
        const alike = grouped(claims, claim => spansOf(eras, claim.applicationId).key);
        return [...alike.values()].flatMap(claims => {
            const { spans } = spansOf(eras, claims[0].applicationId);
            return spans.map(({ from, upto, rotates, idle, absolute, grace }) => {
                const terms = { ...at, idle, absolute, grace };
                if (spans.length > 1)
                    terms.opened = { from, upto };
                return { rotates, claims, terms };
            });
        });
    };
}
function fold({ list, of }, applicationId) {
    const spans = [];
    for (const { from, upto } of list) {
        const policy = of({ policyVersion: from, applicationId });
        const next = {
            from,
            upto,
            rotates: policy.rotate_refresh_tokens,
            idle: policy.refresh_token_lifetime * 1000,
            absolute: policy.session_absolute_lifetime * 1000,
            grace: policy.reuse_grace * 1000,
        };
        const last = spans.at(-1);
        if (last && isAlike(last, next))
            last.upto = upto;
        else
            spans.push(next);
    }
    return spans;
}
function isAlike(one, other) {
    const { rotates, idle, absolute, grace } = one;
    return rotates === other.rotates && idle === other.idle && absolute === other.absolute && grace === other.grace;
}
//# sourceMappingURL=rotation-terms.js.map
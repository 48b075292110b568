/** How many are named of those that lag. */
const mostNamed = 5;
/** null where nothing is known of it. */
export function receiptText(receipt, frame) {
    if (!receipt)
        return null;
    const { t, format, may } = frame;
    const { enforced, writtenAt, verifiers, applied, lagging } = receipt;
    if (enforced)
        return enforcedText(enforced.verifiers, enforced.at - writtenAt, frame);
    if (lagging.length === 0)
        return null;
    const counts = { applied: format.number(applied), all: format.number(verifiers) };
    if (!may('darvoza:revocations:read'))
        return t('receipts.partly', counts);
    const names = lagging.slice(0, mostNamed).map(({ applicationId, name }) => `${applicationId} ${name}`);
    const until = Math.max(...lagging.map(one => one.leaseUntil));
    return t('receipts.lagging', { ...counts, names: names.join(', '), time: format.exactTime(until) });
}
export function enforcedText(count, ms, { t, format }) {
    return t('receipts.enforced', { count, ms: format.number(Math.max(0, ms)) });
}
//# sourceMappingURL=receipts.js.map
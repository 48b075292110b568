export function writeCursor(cursor) {
    return cursor.join('.');
}
/** @returns null where the text is no cursor of this list */
export function readCursor({ order }, text) {
    // Only the last may have a dot in it: a name, an id.
    const parts = text.split('.');
    const texts = [...parts.slice(0, order.length - 1), parts.slice(order.length - 1).join('.')];
    const values = order.map(({ kind }, index) => readValue(kind, texts[index] ?? ''));
    return values.includes(null) ? null : values.map(value => value);
}
function readValue(kind, text) {
    if (kind === 'number')
        return /^\d{1,15}$/.test(text) ? Number(text) : null;
    return text !== '' && text.length <= 200 ? text : null;
}
//# sourceMappingURL=cursors.js.map
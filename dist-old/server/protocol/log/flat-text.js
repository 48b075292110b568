/**
 * The same text in memory of its own, a byte a sign where that is enough. A text that was cut out of a larger one (a path,
 * an answer of the database) keeps all of that alive, and one that was put together keeps its pieces.
 */
export function flat(text) {
    const copy = Buffer.from(text, 'latin1').toString('latin1');
    return copy === text ? copy : Buffer.from(text, 'utf16le').toString('utf16le');
}
//# sourceMappingURL=flat-text.js.map
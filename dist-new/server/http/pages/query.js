export const pageSizes = [25, 50, 100];
const usualSize = 25;
export function readText(ctx, name, maxLength = 200) {
    const value = ctx.query[name];
    return typeof value === 'string' && value.length <= maxLength && !/\p{Cc}/u.test(value) ? value.trim() : '';
}
/** One of the values allowed, or the first of them. */
export function readChoice(ctx, name, choices) {
    const value = readText(ctx, name);
    return choices.includes(value) ? value : choices[0];
}
/** A whole number, or what counts without one. */
export function readWhole(ctx, name, otherwise) {
    const value = readText(ctx, name);
    return /^\d{1,15}$/.test(value) ? Number(value) : otherwise;
}
export function readSize(ctx) {
    const size = readWhole(ctx, 'size', usualSize);
    return pageSizes.includes(size) ? size : usualSize;
}
//# sourceMappingURL=query.js.map
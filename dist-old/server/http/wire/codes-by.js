/** Codes in groups, each in the order in which they were given. */
export function codesBy(codes, keyOf) {
    const groups = new Map();
    for (const code of codes)
        groups.set(keyOf(code), [...(groups.get(keyOf(code)) ?? []), code]);
    return groups;
}
//# sourceMappingURL=codes-by.js.map
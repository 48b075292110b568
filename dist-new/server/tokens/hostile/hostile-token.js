/** The code of one spelling. */
export function codeOf({ code }, how) {
    return typeof code === 'string' ? code : code[how];
}
//# sourceMappingURL=hostile-token.js.map
/** What e-mail addresses are searched by: NFKC → lower case → NFKC, so that nobody need know how one was typed. */
export function emailKey(email) {
    return email === '' ? null : email.normalize('NFKC').toLowerCase().normalize('NFKC');
}
//# sourceMappingURL=email.js.map
/** How any token can be refused by what stands in it: for the rows of routes that read one. */
export const refusedByContent = [
    'token_malformed',
    'token_type',
    'token_algorithm',
    'token_key_unknown',
    'token_key_revoked',
    'token_signature',
    'token_claims',
    'token_issuer',
    'token_audience',
    'token_expired',
];
//# sourceMappingURL=refused-tokens.js.map
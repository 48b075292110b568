/** What may be pushed (RFC 9126 §2.1), for the API's document; what the rules ask of them: policy/authorization-rules.ts. */
export const pushedParameters = {
    redirect_uri: { about: 'Where the browser is sent back to; one that is registered.' },
    response_type: { required: true, about: '`code`' },
    response_mode: { about: '`query`, `fragment` or `form_post`' },
    scope: { about: 'Words with a space between.' },
    state: { about: 'Comes back with the answer.' },
    nonce: { about: 'Comes back in the id_token.' },
    code_challenge: { about: 'Made from the `code_verifier` (RFC 7636).' },
    code_challenge_method: { about: '`S256`' },
    dpop_jkt: { about: 'The thumbprint of the key that the code is bound to (RFC 9449 §10).' },
    resource: { repeats: true, about: 'The resource servers that it is about (RFC 8707).' },
    prompt: { about: '`none`, or some of `login`, `consent`, `select_account`' },
    max_age: { about: 'Seconds that the sign-in may be old.' },
    login_hint: { about: 'The username, if the application knows it.' },
    id_token_hint: { about: 'An earlier id_token of the person who is expected.' },
    ui_locales: { about: 'Languages of the pages, the best one first.' },
};
export function groupedQuery(ctx) {
    const grouped = Object.create(null);
    for (const [name, value] of new URLSearchParams(ctx.querystring)) {
        grouped[name] ??= [];
        grouped[name].push(value);
    }
    return grouped;
}
/** RFC 6749 §3.1: without a value a parameter counts as left out. */
export function withValues(parameters) {
    const given = Object.entries(parameters).map(([name, values]) => [name, values.filter(value => value !== '')]);
    return Object.assign(Object.create(null), Object.fromEntries(given.filter(([, values]) => values.length > 0)));
}
//# sourceMappingURL=authorization-parameters.js.map
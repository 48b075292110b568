export const client = { kind: 'client' };
export const confidentialClient = { kind: 'client', confidential: true };
export const clientKind = {
    sender: 'client',
    presenter: 'oauth',
    cors: 'anyOrigin',
    body: 'form',
    // RFC 6749 §3.2: unrecognized parameters are ignored.
    unknown: 'ignored',
    who: ({ confidential }) => (confidential ? 'an application that proves itself' : 'an application'),
    // The proof may stand in the form as well.
    security: () => [{ applicationSecret: [] }, {}],
    refuses: () => [
        'invalid_client',
        'invalid_request',
        'too_many_guesses',
        'application_keys_unavailable',
        'database_unavailable',
        'log_went_back',
    ],
    form: {
        client_id: { about: 'Where the application proves itself here, or cannot keep a secret.' },
        client_secret: {},
        client_assertion_type: { about: '`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`' },
        client_assertion: { about: 'A JWT that the application has signed (RFC 7523).' },
    },
    judge: () => [],
    confirm: (access, { application }) => [application.prove(access)],
};
//# sourceMappingURL=client.js.map
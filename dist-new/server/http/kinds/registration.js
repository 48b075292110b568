export const registration = { kind: 'registration' };
export const ownRegistration = { kind: 'registration', own: true };
export const registrationKind = {
    sender: 'registrant',
    presenter: 'oauth',
    cors: 'anyOrigin',
    body: 'json',
    // RFC 7591 §2: what is not understood is ignored.
    unknown: 'ignored',
    who: ({ own }) => (own ? 'an application that registered itself' : 'whoever may register an application'),
    security: ({ own }) => (own ? [{ registrationToken: [] }] : [{ registrationToken: [] }, {}]),
    refuses: ({ own }) => [
        'not_authenticated',
        'bad_authorization_header',
        'registration_token_unknown',
        'database_unavailable',
        'log_went_back',
        ...(own ? [] : ['registration_closed']),
    ],
    judge: ({ own }, { registrant }) => [own ? registrant.own : registrant.initial],
    confirm: () => [],
};
//# sourceMappingURL=registration.js.map
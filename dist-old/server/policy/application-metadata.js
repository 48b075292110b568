// What is written down of an application, in the names of RFC 7591 and, behind them, names of our own. One schema for all who
// read or write it: pages, the API, files, registration.
import { z } from 'zod';
import { policyTable } from './policies.js';
export const applicationKinds = ['web', 'browser', 'native', 'machine', 'resource_server'];
/** The application that owns password sign-ins and our own pages. */
export const ownApplicationId = 'darvoza';
/** How an application proves to be the one it says (RFC 7591 §2); with `none` it does not. */
export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
/** They run where their users could read a secret (RFC 6749 §2.1). */
const publicKinds = new Set(['browser', 'native']);
/** Who wrote the row; `built_in` is `darvoza` alone. */
export const applicationOrigins = ['administrator', 'file', 'registration', 'document', 'built_in'];
/** The policies that an application may override for its own sessions and tokens. */
export const lifetimeNames = [
    'access_token_lifetime',
    'refresh_token_lifetime',
    'session_absolute_lifetime',
];
const text = z.string().min(1).max(2_000);
/** Without spaces: a word of a list that is joined by them. */
const word = z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be 1 to 100 characters without spaces, " and \\');
const texts = z.array(text).max(100);
const words = z.array(word).max(1_000);
const seconds = (name) => z.int().min(policyTable[name].min).max(policyTable[name].max).optional();
const exchangeRule = z.strictObject({
    /** Whom the token that is given is for. */
    resource: text,
    /** The most that it says; left out: none of its words. */
    scope: words.optional(),
    /** Words that the token that was sent must have, all of them. */
    subject_scope: words.optional(),
});
export const applicationMetadata = z.strictObject({
    application_type: z.enum(['web', 'native']).optional(),
    redirect_uris: texts.optional(),
    post_logout_redirect_uris: texts.optional(),
    grant_types: z
        .array(z.enum([
        'password',
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:token-exchange',
    ]))
        .optional(),
    response_types: z.array(z.literal('code')).optional(),
    /** The column that a session keeps of it is as long. */
    scope: z
        .string()
        .max(1_000)
        .regex(/^([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?$/, 'must be words with one space between')
        .optional(),
    token_endpoint_auth_method: z.enum(authenticationMethods).optional(),
    token_endpoint_auth_signing_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional(),
    jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(20) }).optional(),
    jwks_uri: text.optional(),
    backchannel_logout_uri: text.optional(),
    backchannel_logout_session_required: z.boolean().optional(),
    id_token_signed_response_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional(),
    require_pushed_authorization_requests: z.boolean().optional(),
    dpop_bound_access_tokens: z.boolean().optional(),
    initiate_login_uri: text.optional(),
    client_uri: text.optional(),
    policy_uri: text.optional(),
    tos_uri: text.optional(),
    contacts: texts.optional(),
    // Ours.
    /** Nobody is asked for consent. */
    first_party: z.boolean().optional(),
    allow_without_pkce: z.boolean().optional(),
    /** Of the permissions that a user has its tokens say these; without it none. */
    permissions: words.optional(),
    /** Who has none of them may not use it. */
    required_roles: words.optional(),
    /** A second name for roles in id_token and userinfo. */
    roles_claim: word.optional(),
    /** In seconds, in place of the policy's. */
    lifetimes: z
        .strictObject({
        access_token_lifetime: seconds('access_token_lifetime'),
        refresh_token_lifetime: seconds('refresh_token_lifetime'),
        session_absolute_lifetime: seconds('session_absolute_lifetime'),
    })
        .optional(),
    /** Resources of others whose tokens it may ask about. */
    introspects: texts.optional(),
    /** For what it may exchange tokens that it was sent (token-exchange.ts). */
    token_exchange: z.array(exchangeRule).max(100).optional(),
});
/** In the language of the reader, where there is a description in it. */
export function scopeDescription({ description, descriptions }, language) {
    return descriptions?.[language] ?? description;
}
export const resourceScopesSchema = z.array(z.strictObject({
    name: z.string(),
    description: z.string(),
    descriptions: z.partialRecord(z.enum(['en', 'uz', 'ru']), z.string()).optional(),
}));
/** Scopes of OpenID Connect and ours that belong to no resource server. */
export const standardScopes = ['openid', 'profile', 'email', 'roles', 'offline_access'];
/** What the row of `darvoza` says beside its name; its identifier as a resource server is the issuer. */
export const builtInApplication = {
    kind: 'resource_server',
    origin: 'built_in',
    metadata: { grant_types: ['password', 'refresh_token'], token_endpoint_auth_method: 'none', first_party: true },
    resourceScopes: [
        { name: 'darvoza:account', description: 'See and change the own account, and end its sessions.' },
        { name: 'darvoza:admin', description: 'Act as an administrator, as far as the user may.' },
        { name: 'revocations:read', description: 'Follow the revocation log.' },
    ],
};
/** It says itself what it is, and nobody here has looked at it. */
export const isUnseen = ({ origin }) => origin === 'registration' || origin === 'document';
/** RFC 7591 §2: `client_secret_basic` where nothing is said, but of kinds that can keep no secret. */
export function authenticationMethodOf({ kind, metadata, }) {
    return metadata.token_endpoint_auth_method ?? (publicKinds.has(kind) ? 'none' : 'client_secret_basic');
}
/**
 * Whether the refresh tokens of a session are bound to the key that it was opened with. RFC 9449 §5: of public applications
 * alone. Who proves itself holds them safely by that, and may come with another key after it was started anew.
 */
export const bindsItsSessions = (application) => authenticationMethodOf(application) === 'none';
/** How it may get tokens; RFC 7591 §2: by codes where nothing is said. */
export function grantTypesOf({ grant_types }) {
    return grant_types ?? ['authorization_code'];
}
/** In seconds, or null: the policy's hold. An empty object overrides nothing. */
export function ownLifetimes({ lifetimes }) {
    return lifetimes && Object.values(lifetimes).some(value => value !== undefined) ? lifetimes : null;
}
/**
 * Whether a token says its user's roles: of an application that nobody here has looked at only with the scope.
 * @param scope of the token
 */
export function saysRoles({ origin }, scope) {
    return !isUnseen({ origin }) || scopeWords(scope).includes('roles');
}
/** Of a user's permissions those that a token for this application says. */
export function permissionsFor({ origin, metadata }, scope, permissions) {
    if (origin === 'built_in')
        return [...permissions];
    if (!saysRoles({ origin }, scope))
        return [];
    const listed = new Set(metadata.permissions);
    return permissions.filter(permission => listed.has(permission));
}
/** Whether somebody with these roles may use an application: anybody, unless it names roles. */
export function mayUse({ required_roles }, roles) {
    return !required_roles?.length || required_roles.some(role => roles.includes(role));
}
/** Whether its sessions may outlive the browser session that they came from (OpenID Connect Core §11). */
export function mayBeOffline({ scope = '' }) {
    return scopeWords(scope).includes('offline_access');
}
/** Whether its sessions have refresh tokens. */
export function hasRefreshTokens(metadata) {
    return grantTypesOf(metadata).includes('refresh_token');
}
/** All that its tokens may say. */
export function scopesAsked({ scope = '', token_exchange: rules = [] }) {
    return [...scopeWords(scope), ...rules.flatMap(rule => rule.scope ?? [])];
}
export function scopeWords(scope) {
    return scope.split(' ').filter(Boolean);
}
//# sourceMappingURL=application-metadata.js.map
import { routes } from '../../server/http/routes.js';
import { changeApplication } from './applications.js';
import { anAgreedApplication } from './authorizations.js';
import { aDelivery, aToldApplication } from './deliveries.js';
import { anInitialAccessToken } from './registrations.js';
import { password } from './server.js';
/** What they are judged by is in the body, and judged with it: a password, a refresh token, or the token that is asked about. */
export const judgedByBody = [
    'obtain',
    'refresh',
    'verify',
    'blacklist',
    'postAuthorize',
    'postUserinfo',
    'postEndSignIn',
    // Says how far the log is, and changes nothing of what people see.
    'renewLease',
    // By the token of a registration, of which people have none: registration.test.ts.
    'register',
    'changeRegistration',
    'deleteRegistration',
];
const profile = { first_name: 'Amelia', last_name: 'Pond', email: 'amelia@example.com' };
const longPassword = 'a much better horse';
const anApiKey = { name: 'Nightly', scopes: ['darvoza:account'] };
async function anApiKeyOf({ composed }, userId) {
    return (await composed.parts.apiKeys.apiKeys.create(userId, anApiKey, 'system')).key.id;
}
const onPerson = (json = {}) => ({ person }) => ({ path: { id: String(person.id) }, json });
const onRole = (json) => (world) => ({ path: { name: world.roleName }, json: json(world) });
const applicationsOf = ({ composed }) => composed.parts.applications.applications;
const aNewOne = async (server) => (await applicationsOf(server).create({ name: 'Nightly', kind: 'machine', metadata: {} }, 'system')).application;
/** One of its own, for nobody else's call is about it. */
const onApplication = (json = {}, before = async () => { }) => async ({ server }) => {
    const { id } = await aNewOne(server);
    await before({ server, id });
    return { path: { id }, json };
};
/** Done, not previewed: the count is only told apart from what was reached. */
const many = (ids, more = () => ({})) => (world) => ({
    json: { ids: ids(world), at: new Date(world.server.clock.now()).toISOString(), count: '1', ...more(world) },
});
const thePerson = ({ person }) => [String(person.id)];
export const calls = {
    changeMe: { fill: () => ({ json: profile }) },
    changePassword: { fill: () => ({ json: { old_password: password, new_password: longPassword } }) },
    endMyOtherSessions: { fill: () => ({}) },
    endMySession: { fill: (_, { sid }) => ({ path: { id: sid } }) },
    endMyOtherDevices: { fill: () => ({}) },
    endMyDevice: { fill: (_, { deviceId }) => ({ path: { id: deviceId } }) },
    createMyApiKey: { fill: () => ({ json: anApiKey }) },
    endMyApiKey: {
        async fill({ server }, { sid }) {
            const { sessionStore, database } = server.composed.parts.storage;
            const { userId } = (await sessionStore.find(database, sid));
            return { path: { id: await anApiKeyOf(server, userId) } };
        },
    },
    withdrawMyApplication: {
        async fill({ server }, { sid }) {
            const { sessionStore, database } = server.composed.parts.storage;
            const { userId } = (await sessionStore.find(database, sid));
            return { path: { id: await anAgreedApplication(server, userId) } };
        },
    },
    createUser: {
        fill: ({ person }) => ({
            json: { username: `new-${person.username}`, password: longPassword, roles: ['support'], ...profile },
        }),
    },
    changeUser: { fill: onPerson(profile) },
    deleteUser: { fill: onPerson() },
    setUserRoles: { fill: onPerson({ roles: ['support'] }) },
    setUserPermissions: { fill: onPerson({ permissions: ['darvoza:users:read'] }) },
    disableUser: { fill: onPerson() },
    enableUser: {
        async fill({ server }) {
            // Somebody else: the others' calls are about who is there.
            const { id } = await server.aUser();
            await server.composed.parts.people.users.disable(id, 'system');
            return { path: { id: String(id) }, json: {} };
        },
    },
    resetUserPassword: { fill: onPerson({ password: longPassword }) },
    withdrawUserApplication: {
        fill: async ({ server, person }) => ({
            path: { id: String(person.id), application: await anAgreedApplication(server, person.id) },
        }),
    },
    createUserApiKey: { fill: onPerson(anApiKey) },
    sendDeliveryAgain: { fill: async ({ server, person }) => ({ path: { id: await aDelivery(server, person) } }) },
    testApplicationLogout: { fill: async ({ server }) => ({ path: { id: await aToldApplication(server) } }) },
    endApiKey: { fill: async ({ server, person }) => ({ path: { id: await anApiKeyOf(server, person.id) } }) },
    endUserSessions: { fill: onPerson() },
    endSession: { fill: ({ sid }) => ({ path: { id: sid } }) },
    endDevice: { fill: ({ deviceId }) => ({ path: { id: deviceId } }) },
    endSessions: { fill: many(({ sid }) => [sid]) },
    endDevices: { fill: many(({ deviceId }) => [deviceId]) },
    disableUsers: { fill: many(thePerson) },
    signOutUsers: { fill: many(thePerson) },
    addRoleToUsers: { fill: many(thePerson, () => ({ role: 'support' })) },
    removeRoleFromUsers: { fill: many(thePerson, ({ roleName }) => ({ role: roleName })) },
    createRole: {
        fill: ({ roleName }) => ({ json: { name: `new-${roleName}`, permissions: ['darvoza:users:read'] } }),
    },
    changeRole: { fill: onRole(({ roleName }) => ({ name: `re-${roleName}` })) },
    deleteRole: { fill: onRole(() => ({})) },
    createApplication: {
        fill: ({ person }) => ({ json: { client_name: `Of ${person.username}`, kind: 'machine' } }),
    },
    changeApplication: { fill: onApplication({ client_name: 'Otherwise' }) },
    deleteApplication: { fill: onApplication() },
    disableApplication: { fill: onApplication() },
    enableApplication: { fill: onApplication({}, ({ server, id }) => applicationsOf(server).disable(id, 'system')) },
    endApplicationSessions: { fill: onApplication() },
    previewApplicationLifetimes: { looks: true, fill: onApplication({ lifetimes: { refresh_token_lifetime: 600 } }) },
    rotateApplicationSecret: { fill: onApplication({ overlap: '1d' }) },
    endApplicationSecret: {
        async fill({ server }) {
            const { id } = await aNewOne(server);
            const [secret] = await server.composed.parts.applications.secretChanges.list(id);
            return { path: { id, secret: secret.id }, json: {} };
        },
    },
    createInitialAccessToken: { fill: () => ({ json: { name: 'For the tools', most_uses: 3 } }) },
    endInitialAccessToken: {
        fill: async ({ server }) => ({ path: { id: (await anInitialAccessToken(server)).token.id } }),
    },
    adoptApplication: {
        fill: onApplication({}, ({ server, id }) => changeApplication(server, id, { origin: 'registration' })),
    },
    addRevocation: { fill: ({ person }) => ({ json: { kind: 'user', subject: String(person.id), effect: 'end' } }) },
    previewPolicies: { looks: true, fill: () => ({ json: { changes: { reuse_grace: 5 } } }) },
    changePolicies: { fill: () => ({ json: { changes: { reuse_grace: 5 }, reason: 'tighter' } }) },
    undoPolicies: { fill: () => ({ json: { reason: 'a mistake' } }) },
    rotateKey: { fill: () => ({ json: { now: true } }) },
    revokeKey: { fill: () => ({ path: { kid: 'device' } }) },
};
export const callNames = Object.keys(calls);
/** A call filled in about somebody. @param own of whoever is to send it */
export async function readyCall(world, name, own) {
    const { path = {}, json = {} } = await calls[name].fill(world, own);
    const { method, path: pattern } = routes[name];
    const filled = pattern.replace(/:(\w+)/g, (_, part) => {
        if (path[part] === undefined)
            throw new Error(`${name} needs ${part}`);
        return encodeURIComponent(path[part]);
    });
    return { name, method, path: filled, body: JSON.stringify(json), looks: calls[name].looks === true };
}
//# sourceMappingURL=calls.js.map
// The ways in which a trial's access token is revoked, one row each. A revoke may be sent again and again until it is
// answered: being told that it is over already counts as an answer, for it says the same.
import { aClient, claimsOf } from '../../support/client.js';
import { actor, isPassing, signIn } from './control.js';
import { told } from './good-client.js';
import { apiWay, signInBy } from './ways.js';
/** `over` is what a second try is told when the first one did it: a status, or the reason in the body. */
function byRequest(done, over, send, only) {
    return {
        byHand: false,
        ...(only && { only }),
        async send(url, victim) {
            const answer = await send(aClient({ url }), victim, url).catch(() => null);
            if (answer === null || answer.status === 503)
                return 'again';
            return [done, over].includes(answer.status) || answer.body?.reason === over ? 'done' : told(answer);
        },
    };
}
function byHand(run) {
    return {
        byHand: true,
        async send(_, { person }, { parts }) {
            try {
                await run(parts.people.users, person.id);
                return 'done';
            }
            catch (error) {
                if (isPassing(error))
                    return 'again';
                if (error.code === 'not_found')
                    return 'done';
                throw error;
            }
        },
    };
}
const newPassword = 'staple battery horse';
export const revokes = {
    'session ended': byRequest(204, 404, (client, { sid, own }) => client.delete(`/api/me/sessions/${sid}/`, own.access)),
    'device ended': byRequest(204, 404, (client, { deviceId, own }) => client.delete(`/api/me/devices/${deviceId}/`, own.access)),
    'other sessions ended': byRequest(204, null, (client, { own }) => client.delete('/api/me/sessions/', own.access)),
    'other devices ended': byRequest(204, null, (client, { own }) => client.delete('/api/me/devices/', own.access)),
    // An application revokes its refresh token.
    'signed out': byRequest(200, 'session_ended', (_, { way, ending }, url) => way.signOut({ url }, ending.refresh)),
    'signed in again': byRequest(200, null, (client, { person, device }) => client.post('/api/token/', { username: person.username, password: person.password, device }), 'api'),
    'browser session ended': byRequest(204, 404, (client, { browserSid, own }) => client.delete(`/api/me/sessions/${browserSid}/`, own.access), 'code'),
    'consent withdrawn': byRequest(204, 404, (client, { way, own }) => client.delete(`/api/me/applications/${way.applicationId}/`, own.access), 'code'),
    // A second try after a first that was carried out is told that the old password is wrong, and then nobody knows.
    'password changed': byRequest(204, null, (client, { own, person }) => client.post('/api/me/password/', { old_password: person.password, new_password: newPassword }, own.access)),
    'session ended by an administrator': byRequest(204, 404, (client, { sid, administrator }) => client.delete(`/api/admin/sessions/${sid}/`, administrator)),
    'all ended by an administrator': byRequest(204, null, (client, { person, administrator }) => client.delete(`/api/admin/users/${person.id}/sessions/`, administrator)),
    'user disabled': byRequest(200, null, (client, { person, administrator }) => client.post(`/api/admin/users/${person.id}/disable/`, {}, administrator)),
    'password reset': byRequest(204, null, (client, { person, administrator }) => client.post(`/api/admin/users/${person.id}/password/`, { password: newPassword }, administrator)),
    'user deleted': byRequest(204, 404, (client, { person, administrator }) => client.delete(`/api/admin/users/${person.id}/`, administrator)),
    // Refused as stale: it is over for this token, and not for its session.
    'roles changed': byRequest(200, null, (client, { person, administrator }) => client.send('PUT', `/api/admin/users/${person.id}/roles/`, { json: { roles: ['support'] }, token: administrator })),
    'password reset by hand': byHand((users, id) => users.setPassword(id, newPassword, actor)),
    'user disabled by hand': byHand((users, id) => users.disable(id, actor)),
    'roles changed by hand': byHand((users, id) => users.setRoles(id, ['support'], actor)),
};
export function revokesOf({ name }) {
    const rows = Object.entries(revokes);
    return rows.filter(([, { only }]) => only === undefined || only === name).map(([trigger]) => trigger);
}
/** Signs a new person in twice, once at each server. @param byCode the session that is to end is an application's */
export async function aVictim({ control, asking }, [first, second], random, administrator, byCode) {
    const person = await control.aPerson();
    const device = `phone of ${person.username}`;
    const own = await signIn(first, person, { device: `desk of ${person.username}` });
    const way = byCode ? asking : apiWay;
    const ending = byCode ? await signInBy(way, [second], person, random) : await signIn(second, person, { device });
    const { sid } = claimsOf(ending.access);
    const { body } = await aClient(second).get('/api/me/devices/', own.access);
    const devices = body.results;
    const { id: deviceId, sessions } = devices.find(one => one.sessions.some(({ id }) => id === sid));
    const browserSid = sessions.find(({ id }) => id !== sid)?.id ?? sid;
    return { person, own, ending, way, sid, browserSid, deviceId, device, administrator };
}
//# sourceMappingURL=triggers.js.map
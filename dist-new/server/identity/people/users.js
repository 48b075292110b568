// Users: made, changed, disabled, deleted. Whatever changes something that a token says records its trigger in the same
// transaction (policy/revocation.ts).
import { apiKeyOf, credentialOf, nameOf, userOf } from '../../policy/actor.js';
import { administratorRole, rightsOf } from '../../policy/permissions.js';
import { usernameKey } from '../../policy/username.js';
import { refuse } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { checkAll } from '../../protocol/together.js';
import { isDuplicate } from '../../storage/database.js';
import { requireUsername } from './new-user.js';
import { createNewUsers, usernameTaken } from './new-users.js';
import { requireGoodPassword } from './password-rules.js';
import { requireProfile } from './profile.js';
import { publicUser } from './public-user.js';
import { createUserAccess } from './user-access.js';
export function createUsers(deps) {
    const { database, userStore, deviceStore, apiKeyStore, hashing, rights, changes, policy, now } = deps;
    const newUsers = createNewUsers(deps);
    const access = createUserAccess({ ...deps, newUsers, change, requireAdministratorBeside });
    /** A new name, another profile, or both at once. @throws invalid_fields, not_found, permission_denied, not_by_api_key */
    async function update(id, { username, ...profile }, actor) {
        // Half of what they sign in with.
        if (username !== undefined && apiKeyOf(actor) !== null && userOf(actor) === id)
            throw refuse('not_by_api_key');
        const [changes] = await checkAll(() => requireProfile(profile), () => username !== undefined && requireUsername(username, policy().username_max_length));
        async function write(tx, user, changing) {
            if (username !== undefined && username !== user.username) {
                await rename(tx, user, username, changing);
            }
            if (Object.keys(changes).length === 0)
                return;
            await userStore.update(tx, id, { ...changes, ...vouched(user, changes.email, actor) });
            // Which, not what: the audit log outlives the person's own data.
            changing.note({ action: 'profile_changed', subject: String(id), after: { changed: Object.keys(changes) } });
        }
        try {
            await change(id, actor, write);
        }
        catch (error) {
            throw isDuplicate(error) ? usernameTaken() : error;
        }
        return require_(id);
    }
    async function rename(tx, user, username, { record, note }) {
        const subject = String(user.id);
        await userStore.update(tx, user.id, { username, usernameKey: usernameKey(username) });
        await record('user_renamed', { subject });
        note({ action: 'user_renamed', subject, before: { username: user.username }, after: { username } });
    }
    /**
     * All that is wrong with a form about a user, before it is carried out.
     * @param of whose form it is; null for somebody new
     * @throws invalid_fields
     */
    async function check({ username, password, ...profile }, of) {
        const { username_max_length, password_min_length } = policy();
        await checkAll(() => requireUsername(username, username_max_length), async () => {
            const other = await findByName(username);
            if (other && other.id !== of)
                throw usernameTaken();
        }, () => {
            if (password !== undefined)
                requireGoodPassword(password, username ? [username] : [], password_min_length, 'password');
        }, () => requireProfile(profile));
    }
    /** Signs the user out everywhere, for good: enabling again revives nothing. @throws not_found, last_administrator, permission_denied */
    function disable(id, actor) {
        return change(id, actor, async (tx, user, { record, note }) => {
            if (!user.active)
                return;
            await requireAdministratorBeside(tx, user);
            await userStore.update(tx, id, { active: false });
            await record('user_disabled', { subject: String(id) });
            note({ action: 'user_disabled', subject: String(id) });
        });
    }
    /** @throws not_found, permission_denied */
    function enable(id, actor) {
        return change(id, actor, async (tx, user, { record, note }) => {
            if (user.active)
                return;
            await userStore.update(tx, id, { active: true });
            // Disabled elsewhere, before they came here: nothing of theirs ended by it yet, such as tokens of that service.
            if (user.endedSeq === 0)
                await record('all_ended', { subject: String(id) });
            note({ action: 'user_enabled', subject: String(id) });
        });
    }
    /** Keeps the id, blanks the person, frees the name. @throws not_found, last_administrator, permission_denied */
    function remove(id, actor) {
        return change(id, actor, async (tx, user, { record, note }) => {
            await requireAdministratorBeside(tx, user);
            await userStore.update(tx, id, {
                username: '',
                usernameKey: null,
                passwordHash: '',
                firstName: '',
                lastName: '',
                email: '',
                emailVerified: false,
                active: false,
                permissions: [],
                deletedAt: now(),
            });
            await userStore.setRoles(tx, id, []);
            await deviceStore.blank(tx, id, now());
            await apiKeyStore.blank(tx, id);
            await record('user_deleted', { subject: String(id) });
            note({ action: 'user_deleted', subject: String(id), before: { roles: user.roles } });
        });
    }
    /**
     * A reset by an administrator: every session ends.
     * @param mustChange the pages then ask the user for one that nobody else knows
     * @throws invalid_fields, not_found, permission_denied, not_by_api_key
     */
    async function setPassword(id, password, actor, mustChange = false) {
        if (apiKeyOf(actor) !== null)
            throw refuse('not_by_api_key');
        const user = await require_(id);
        // Before the hash is paid for; judged again where it counts.
        await rights.requirePassword(database, actor, rightsOf(user));
        requireGoodPassword(password, [user.username], policy().password_min_length, 'password');
        const passwordHash = await hashing.hash(password, id);
        await change(id, actor, async (tx, user, { record, note }) => {
            const beyond = await rights.requirePassword(tx, actor, rightsOf(user));
            await userStore.update(tx, id, { passwordHash, passwordChangedAt: now(), mustChangePassword: mustChange });
            await record('password_reset', { subject: String(id) });
            // What the actor could use by it, and may not do otherwise: whoever reads the log sees whom to ask.
            note({
                action: 'password_reset',
                subject: String(id),
                ...(beyond.length > 0 && { after: { usable_rights: beyond } }),
            });
        });
    }
    /**
     * One change of one user under the user's lock, by somebody who may act on them.
     * @param roles that it may give
     */
    function change(id, actor, work, { roles } = {}) {
        return changes.run(actor, async (tx, changing) => {
            await userStore.lock(tx, id);
            const user = await userStore.find(tx, id);
            if (!user || user.deletedAt !== null)
                throw refuse('not_found');
            // Whoever it is about may always, also by what holds less than they may do: a key, another application's token.
            if (!isOwnAccount(actor, id))
                await rights.require(tx, actor, rightsOf(user));
            await work(tx, user, changing);
        }, { users: [id], ...(roles && { roles }) });
    }
    /** There must be another administrator who can sign in. Their rows stay locked, so two at once cannot both be last. */
    async function requireAdministratorBeside(tx, { id, roles }) {
        if (!roles.includes(administratorRole))
            return;
        const holders = await userStore.lockHolders(tx, administratorRole);
        if (holders.length === 1 && holders[0] === id)
            throw refuse('last_administrator');
    }
    const findByName = async (username) => {
        const user = await userStore.findByKey(database, usernameKey(username));
        return user && publicUser(user);
    };
    /** @throws not_found */
    async function require_(id) {
        const user = await userStore.find(database, id);
        if (!user || user.deletedAt !== null)
            throw refuse('not_found');
        return publicUser(user);
    }
    return {
        create: newUsers.create,
        importOne: newUsers.importOne,
        check,
        update,
        /** @throws invalid_fields, not_found, permission_denied */
        rename: (id, username, actor) => update(id, { username }, actor),
        disable,
        enable,
        remove,
        setPassword,
        ...access,
        require: require_,
        /**
         * What the actor could use by setting this user's password, and may not do otherwise.
         * @throws not_found, permission_denied where they may not set it
         */
        usableByPassword: async (id, actor) => rights.requirePassword(database, actor, rightsOf(await require_(id))),
        findByName,
        /** @throws not_found */
        async requireByName(username) {
            const user = await findByName(username);
            if (!user)
                throw refuse('not_found', { problem: problem('unknown_user', { name: username }) });
            return user;
        },
    };
}
/** Somebody is at their own account, where a route asks for no right. */
const isOwnAccount = (actor, id) => userOf(actor) === id && credentialOf(actor)?.permission === null;
/** An administrator vouches for the address that they write; for their own nobody can. What stays says as much as before. */
function vouched({ id, email: before }, email, actor) {
    if (email === undefined || email === before)
        return {};
    return { emailVerified: email !== '' && nameOf(actor) !== `user:${id}` };
}
//# sourceMappingURL=users.js.map
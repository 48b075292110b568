import { checkAll } from '../../../protocol/together.js';
import { browserUserOf } from '../../handler.js';
import { readFields } from '../../wire/fields.js';
import { chosenIn, problemsOf, typedIn, typedProfile } from '../fields.js';
import { createGivenPasswords } from './given-password.js';
import { roleChoice } from './role-texts.js';
/** A new user, made by an administrator: the first sign-in asks for another password. */
export function createNewUserPages(deps) {
    const { pages, users, roles } = deps;
    const given = createGivenPasswords(deps);
    async function show(ctx, typed, problems = {}) {
        const frame = pages.frameOf(ctx);
        const { t, may } = frame;
        const choices = may('darvoza:roles:write') ? (await roles.list()).map(role => roleChoice(role, frame)) : [];
        const crumbs = [{ label: t('nav.users'), href: '/admin/users' }];
        const data = {
            title: t('newUser.title'),
            lead: t('newUser.lead'),
            crumbs,
            values: typed ?? { how: 'make' },
            problems,
        };
        await pages.show(ctx, 'admin/new-user', { ...data, roles: choices }, typed ? 400 : 200);
    }
    return {
        newUserPage: (ctx) => show(ctx, null),
        async createUserPage(ctx) {
            const { may, t } = pages.frameOf(ctx);
            const chosen = may('darvoza:roles:write') ? chosenIn(ctx, 'roles') : [];
            try {
                const [{ username }, { password, isMade }, profile] = await checkAll(() => readFields(ctx, {
                    username: { trim: true },
                    first_name: { required: false, blank: true, trim: true },
                    last_name: { required: false, blank: true, trim: true },
                    email: { required: false, blank: true, trim: true },
                }), () => given.read(ctx), async () => {
                    const { username, ...profile } = typedProfile(ctx);
                    await users.check({ username, password: given.typedIn(ctx), ...profile }, null);
                    return profile;
                });
                const user = await users.create({ username, password, ...profile, roles: chosen, mustChangePassword: true }, browserUserOf(ctx).actor);
                const text = t('newUser.made', { name: user.username });
                if (isMade)
                    return await given.show(ctx, user, password, text);
                await pages.tell(ctx, { tone: 'good', text });
                pages.go(ctx, `/admin/users/${user.id}`);
            }
            catch (error) {
                const typed = typedIn(ctx, ['username', 'first_name', 'last_name', 'email']);
                await show(ctx, { ...typed, how: given.howOf(ctx), roles: chosen }, problemsOf(error, pages.frameOf(ctx)));
            }
        },
    };
}
//# sourceMappingURL=new-user.js.map
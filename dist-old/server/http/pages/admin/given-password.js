// A password that an administrator gives somebody: made here, or typed. One that is made is in the answer to the form and
// nowhere else: it is not kept, not logged, and stands in no address; a page that is loaded again does not show it.
import { makePassword } from '../../../policy/password.js';
import { readFields } from '../../wire/fields.js';
import { typedIn } from '../fields.js';
export function createGivenPasswords({ pages, policy, random }) {
    return {
        /** @throws invalid_fields where one was to be typed and is not there */
        read(ctx) {
            if (typedIn(ctx, ['how']).how === 'make')
                return { password: makePassword(policy().password_min_length, random), isMade: true };
            return { password: readFields(ctx, { password: {} }).password, isMade: false };
        },
        /** What was typed as one, if anything was. */
        typedIn: (ctx) => {
            const { how, password } = typedIn(ctx, ['how', 'password']);
            return how === 'make' ? undefined : password || undefined;
        },
        /** Which way was chosen, for the form that is shown again. */
        howOf: (ctx) => (typedIn(ctx, ['how']).how === 'typed' ? 'typed' : 'make'),
        /** Shows the password that was made, this once. */
        async show(ctx, user, password, text) {
            const { t } = pages.frameOf(ctx);
            const crumbs = [
                { label: t('nav.users'), href: '/admin/users' },
                { label: user.username, href: `/admin/users/${user.id}` },
            ];
            const title = t('newUser.shown', { name: user.username });
            await pages.show(ctx, 'admin/given-password', { title, crumbs, user, password, text });
        },
    };
}
//# sourceMappingURL=given-password.js.map
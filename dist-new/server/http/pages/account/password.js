import { requireGoodPassword } from '../../../identity/people/password-rules.js';
import { longestPassword } from '../../../policy/password.js';
import { refuseField } from '../../../protocol/errors.js';
import { checkAll } from '../../../protocol/together.js';
import { browserUserOf } from '../../handler.js';
import { readFields } from '../../wire/fields.js';
import { problemsOf, statusOf, typedIn } from '../fields.js';
import { localPath } from '../paths.js';
import { homeOf } from '../sign-in.js';
/** My password; also the page that stands before all others for who must choose a new one. */
export function createPasswordPages(deps) {
    const { pages, ownPassword, browserSessions, policy, allowOnward } = deps;
    async function show(ctx, next, problems, status = 400) {
        const t = pages.translate(ctx);
        const must = browserUserOf(ctx).user.mustChangePassword;
        const { password_min_length: minLength, keep_session_on_password_change: kept } = policy();
        const title = t(must ? 'password.mustTitle' : 'password.title');
        if (next)
            await allowOnward(ctx, next);
        const data = { title, must, kept, minLength, next, problems: problems ?? {} };
        await pages.show(ctx, 'account/password', data, problems ? status : 200);
    }
    /** What can be said about the new one without the old one, whose guesses are counted. @throws invalid_fields */
    function requireNew({ new_password: wanted, new_password_again: again }, username) {
        return checkAll(() => wanted &&
            wanted.length <= longestPassword &&
            requireGoodPassword(wanted, [username], policy().password_min_length, 'new_password'), () => {
            if (again && again !== wanted)
                throw refuseField('new_password_again', 'passwords_differ');
        });
    }
    return {
        passwordPage: (ctx) => show(ctx, localPath(ctx.query.next) ?? ''),
        async savePassword(ctx) {
            const t = pages.translate(ctx);
            const { user, sid, actor, browser } = browserUserOf(ctx);
            const next = localPath(typedIn(ctx, ['next']).next) ?? '';
            try {
                const [fields] = await checkAll(() => readFields(ctx, {
                    old_password: { maxLength: longestPassword },
                    new_password: { maxLength: longestPassword },
                    new_password_again: { maxLength: longestPassword },
                }), () => requireNew(typedIn(ctx, ['new_password', 'new_password_again']), user.username));
                const change = { oldPassword: fields.old_password, newPassword: fields.new_password };
                await ownPassword.change(user.id, sid, change, actor);
            }
            catch (error) {
                return await show(ctx, next, problemsOf(error, pages.frameOf(ctx)), statusOf(ctx, error));
            }
            await browserSessions.passwordProved(browser);
            await pages.tell(ctx, { tone: 'good', text: t('password.saved') });
            pages.go(ctx, next || (user.mustChangePassword ? homeOf(user) : '/account/password'));
        },
    };
}
//# sourceMappingURL=password.js.map
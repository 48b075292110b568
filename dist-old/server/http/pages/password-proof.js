import { isRecentlyAuthenticated } from '../../policy/recent-authentication.js';
import { errorRow } from '../../protocol/errors.js';
import { browserUserOf, isReading } from '../handler.js';
import { isPassing, problemsOf, statusOf } from './fields.js';
/** Fields whose values no page ever holds: their form asks for them again. By their whole names, for others may hold such a word. */
export const secretFields = new Set([
    'password',
    'old_password',
    'new_password',
    'new_password_again',
    'token',
    'key',
]);
/** The field of the form that asks for the password again. */
export const passwordProofField = '_proof';
const askedStatus = errorRow('insufficient_user_authentication').status;
export function createPasswordProof({ browserSessions, pages, now }) {
    /** Asks for the password, and keeps the form's other fields; a password among them is asked for again by its own form. */
    async function ask(ctx, fields, problem = '', status = askedStatus) {
        const kept = Object.entries(fields).filter(([name, value]) => typeof value === 'string' && !secretFields.has(name));
        const [action, hidden] = isReading(ctx) ? ['/prove', [['next', ctx.url]]] : [ctx.path, kept];
        await pages.show(ctx, 'prove', { title: pages.translate(ctx)('prove.title'), action, hidden, problem }, status);
    }
    return {
        /** Was the password typed a short while ago? */
        isRecent: ({ state }) => isRecentlyAuthenticated(state.browser.page.authenticatedAt, now()),
        ask,
        /** Does the form hold the right password? If not, it is asked for and the request is answered. */
        async isGiven(ctx) {
            const body = ctx.request.body;
            const { [passwordProofField]: password, _token: _, ...fields } = body;
            if (typeof password !== 'string') {
                await ask(ctx, fields);
                return false;
            }
            // Nothing was typed: that is no guess.
            if (password === '') {
                await ask(ctx, fields, pages.translate(ctx)('problems.required'));
                return false;
            }
            try {
                const { browser, actor } = browserUserOf(ctx);
                await browserSessions.provePassword(browser, password, actor);
                return true;
            }
            catch (error) {
                const problems = problemsOf(error, pages.frameOf(ctx));
                const status = isPassing(error) ? statusOf(ctx, error) : undefined;
                await ask(ctx, fields, problems.proof ?? problems.non_field_errors, status);
                return false;
            }
        },
    };
}
//# sourceMappingURL=password-proof.js.map
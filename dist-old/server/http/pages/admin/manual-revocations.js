// Revocations that administrators write by hand: first a look at how far one would reach, then the deed.
import { manualTriggers } from '../../../policy/manual-revocation.js';
import { checkAll } from '../../../protocol/together.js';
import { browserUserOf } from '../../handler.js';
import { readFields } from '../../wire/fields.js';
import { problemsOf, typedIn } from '../fields.js';
import { readText } from '../query.js';
import { crumbs, presentEffects, subjectOf } from './revocations.js';
/** What can be written by hand: each trigger with the kind and effect that stand for it. */
const byHand = Object.entries(manualTriggers).flatMap(([kind, effects]) => Object.entries(effects).map(([effect, trigger]) => ({ trigger: trigger, kind, effect })));
const longestReason = 255;
const mostNamed = 3;
const fields = ['what', 'subject', 'reason'];
export function createManualRevocationPages(deps) {
    const { pages, revocationLog, sessionList, userList, roles, users } = deps;
    /** What a form wants, in the log's own words. */
    async function wantedOf({ what, subject, reason }) {
        const chosen = byHand.find(one => one.trigger === what);
        const kind = chosen?.kind ?? '';
        return { kind, effect: chosen?.effect ?? '', subject: await subjectOf(kind, subject, users), why: reason };
    }
    async function showForm(ctx, values, problems = {}) {
        const t = pages.translate(ctx);
        await pages.show(ctx, 'admin/revocation-new', {
            title: t('revocations.new'),
            lead: t('revocations.newLead'),
            crumbs: crumbs(t),
            values,
            problems,
            choices: byHand.map(({ trigger }) => trigger),
            longestReason,
            reach: null,
            effects: byHand.map(({ trigger }) => presentEffects(trigger)),
        }, Object.keys(problems).length > 0 ? 400 : 200);
    }
    /** Shows what is wrong where it was typed. */
    function showProblems(ctx, error) {
        const frame = pages.frameOf(ctx);
        const { kind, effect, ...problems } = problemsOf(error, frame);
        const what = (kind ?? effect) ? frame.t('revocations.choose') : problems.what;
        return showForm(ctx, typedIn(ctx, fields), { ...problems, ...(what && { what }) });
    }
    /** What the form wants, after a look at all of it. @throws invalid_fields, permission_denied */
    async function readForm(ctx) {
        const { what, subject, reason } = typedIn(ctx, fields);
        const values = { what, subject: subject.trim(), reason: reason.trim() };
        const [, wanted] = await checkAll(() => readFields(ctx, {
            what: { required: false, blank: true },
            subject: { required: false, blank: true, trim: true, maxLength: 190 },
            reason: { trim: true, maxLength: longestReason },
        }), async () => {
            const wanted = await wantedOf(values);
            await revocationLog.check(wanted, browserUserOf(ctx).actor);
            return wanted;
        });
        return [values, wanted];
    }
    /** How many it is about: live sessions, or holders of a role. */
    async function countOf(kind, subject) {
        if (kind === 'token')
            return { count: 1, more: false };
        if (kind === 'role')
            return (await roles.require(subject)).holders;
        const whose = kind === 'user' ? { userId: Number(subject) } : kind === 'application' ? { applicationId: subject } : {};
        return sessionList.count({ ...whose, state: 'live' });
    }
    /** A few of the people it is about where there may be many, for whoever may see them. */
    async function someOf(kind, subject, { may, format }) {
        const page = { after: null, limit: 25 };
        if (kind === 'role' && may('darvoza:users:read')) {
            const { results } = await userList.page({ role: subject }, 'oldest', page);
            return format.list(results.slice(0, mostNamed).map(one => one.user.username));
        }
        if (!(kind === 'application' || kind === 'all') || !may('darvoza:sessions:read'))
            return '';
        const whose = kind === 'application' ? { applicationId: subject } : {};
        const { results } = await sessionList.page({ ...whose, state: 'live' }, page);
        return format.list([...new Set(results.map(one => one.username))].slice(0, mostNamed));
    }
    return {
        newRevocationPage: (ctx) => showForm(ctx, {
            what: readText(ctx, 'what'),
            subject: readText(ctx, 'subject'),
            reason: readText(ctx, 'reason'),
        }),
        /** How far it would reach; nothing is changed. */
        async previewRevocationPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const { userId } = browserUserOf(ctx);
            let values;
            let wanted;
            try {
                ;
                [values, wanted] = await readForm(ctx);
            }
            catch (error) {
                return await showProblems(ctx, error);
            }
            const { kind, subject, effect } = wanted;
            const { count, more } = await countOf(kind, subject);
            const name = kind === 'user' ? (await users.require(Number(subject))).username : subject;
            // Pages are sessions of the built-in application.
            const own = { user: String(userId), application: 'darvoza', all: '' }[kind];
            const endsOwn = effect === 'end' && own === subject;
            await pages.show(ctx, 'admin/revocation-new', {
                title: t('revocations.new'),
                crumbs: crumbs(t),
                values: { ...values, subject: name },
                problems: {},
                choices: byHand.map(one => one.trigger),
                longestReason,
                reach: {
                    text: t(`reach.${values.what}`, { name, count }),
                    more,
                    endsOwn,
                    hidden: values,
                    among: await someOf(kind, subject, frame),
                },
                effects: [presentEffects(values.what)],
            });
        },
        async addRevocationPage(ctx) {
            const t = pages.translate(ctx);
            let entry;
            try {
                const [, wanted] = await readForm(ctx);
                entry = await revocationLog.add(wanted, browserUserOf(ctx).actor);
            }
            catch (error) {
                return await showProblems(ctx, error);
            }
            await pages.tell(ctx, { tone: 'good', text: t('revocations.added', { cause: t(`causes.${entry.reason}`) }) });
            pages.go(ctx, '/admin/revocations');
        },
    };
}
//# sourceMappingURL=manual-revocations.js.map
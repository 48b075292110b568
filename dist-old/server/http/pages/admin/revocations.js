import { triggers } from '../../../policy/revocation.js';
import { revocationKinds } from '../../../protocol/log/revocation.js';
import { pageOf } from '../../lists/columns.js';
import { readTyped } from '../../lists/filters.js';
import { revocationColumns, revocationFilters } from '../../lists/logs.js';
import { isFiltered, readCounted } from './lists.js';
import { createPeople, userIdOf } from './people.js';
import { enforcedText } from './receipts.js';
export function createRevocationPages(deps) {
    const { pages, revocationLog, users, userList } = deps;
    const named = createPeople(deps);
    return {
        async revocationsPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const which = [];
            const typed = await readTyped(ctx, revocationFilters, { users, userList, frame, which });
            const kind = typed.kind ?? guessKind(typed.subject);
            const subject = kind && typed.subject ? await subjectOf(kind, typed.subject, users) : undefined;
            const filter = { ...typed, kind, subject };
            const { results, next, partial, counted } = await readCounted(ctx, page => revocationLog.page(filter, page), () => revocationLog.count(filter));
            const people = await named(frame, results.map(entry => entry.actor), results.flatMap(subjectsOf));
            await pages.show(ctx, 'admin/revocations', {
                title: t('nav.revocations'),
                lead: t('revocations.lead'),
                actions: frame.may('darvoza:revocations:write')
                    ? [{ label: t('revocations.new'), icon: 'revoke', tone: 'primary', href: '/admin/revocations/new' }]
                    : [],
                entries: results.map(entry => presentEntry(entry, people, frame)),
                next,
                partial,
                counted,
                which,
                kind: kind ?? '',
                kinds: revocationKinds,
                causes: Object.keys(triggers),
                filtered: isFiltered(filter),
            });
        },
        async effectsPage(ctx) {
            const t = pages.translate(ctx);
            await pages.show(ctx, 'admin/revocation-effects', {
                title: t('effects.title'),
                lead: t('effects.lead'),
                crumbs: crumbs(t),
                effects: Object.keys(triggers).map(presentEffects),
            });
        },
    };
}
export const crumbs = (t) => [{ label: t('nav.revocations'), href: '/admin/revocations' }];
/** A user may be typed by name. */
export const subjectOf = async (kind, typed, users) => kind === 'user' ? userIdOf(typed, users) : typed;
/** What was probably meant where a subject was typed and no kind chosen. */
function guessKind(subject) {
    if (subject === undefined)
        return undefined;
    if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(subject))
        return 'session';
    return 'user';
}
function presentEntry(entry, people, frame) {
    return {
        ...pageOf(revocationColumns, entry),
        cause: causeOf(entry.reason, frame),
        subject: subjectShown(entry, people, frame),
        except: entry.exceptSid === null ? null : people.session(entry.exceptSid),
        actor: people.actor(entry.actor),
        inForce: enforcedOf(entry, frame),
    };
}
function enforcedOf({ createdAt, enforcedAt = null, enforcedVerifiers }, frame) {
    return enforcedAt === null ? null : enforcedText(enforcedVerifiers ?? 0, enforcedAt - createdAt, frame);
}
/** A trigger in words; what an older version wrote stands as it is. */
export function causeOf(reason, { t }) {
    return Object.hasOwn(triggers, reason) ? t(`causes.${reason}`) : reason;
}
/** What an entry names: whom it is about, and the session that it leaves alone. */
export function subjectsOf({ kind, subject, exceptSid }) {
    const about = { kind, id: subject };
    return exceptSid === null ? [about] : [about, { kind: 'session', id: exceptSid }];
}
export function subjectShown({ kind, subject }, people, frame) {
    const { t, may } = frame;
    const link = (href, seen) => (seen ? { is: 'link', href, text: subject } : subject);
    switch (kind) {
        case 'all':
            return t('revocations.everybody');
        case 'user':
            return people.user(subject);
        case 'session':
            return people.session(subject);
        case 'role':
            return link('/admin/roles', may('darvoza:users:read'));
        case 'key':
            return { is: 'code', text: subject, short: 12 };
        default:
            return { is: 'code', text: subject, short: 24 };
    }
}
export function presentEffects(trigger) {
    const { kind, effect, sessions, apiKeys } = triggers[trigger];
    return { trigger, kind, effect, sessions, apiKeys, later: 'later' in triggers[trigger] };
}
//# sourceMappingURL=revocations.js.map
import { Refusal, refuse } from '../../../protocol/errors.js';
import { browserUserOf } from '../../handler.js';
import { readFields } from '../../wire/fields.js';
import { problemsOf, typedIn } from '../fields.js';
import { readChoice, readSize, readWhole } from '../query.js';
import { actorText } from './people.js';
import { previewPath, reasonRule } from './policies.js';
import { appliesOf, presentChange, presentPreview, reasonText, typedValue } from './policy-texts.js';
const list = '/admin/policies/versions';
export function createPolicyVersionPages({ pages, policies, names }) {
    /** @throws not_found */
    async function requireVersion(ctx) {
        const { version: text = '' } = ctx.params;
        const wanted = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
        const [found] = await policies.versions({ before: wanted + 1, limit: 1 });
        // The first one changed nothing that could be taken back.
        if (found?.version !== wanted || wanted <= 1)
            throw refuse('not_found');
        return found;
    }
    async function showUndoing(ctx, one, apply, problems = {}) {
        const frame = pages.frameOf(ctx);
        const { t } = frame;
        const { version } = one;
        const preview = await policies.previewUndo(version, browserUserOf(ctx).actor, apply);
        const action = `${list}/${version}/undo`;
        await pages.show(ctx, 'admin/policy-preview', {
            title: t('policies.undoVersion', { version }),
            crumbs: [
                { label: t('nav.policies'), href: '/admin/policies' },
                { label: t('policies.versions'), href: list },
            ],
            preview: presentPreview(preview, frame),
            problem: '',
            apply,
            problems,
            values: typedIn(ctx, ['reason']),
            action,
            back: list,
            applies: appliesOf(one.changed).map(one => ({ name: one, href: `${action}?apply=${one}` })),
            hidden: { apply },
        }, Object.keys(problems).length > 0 ? 400 : 200);
    }
    /** What cannot be taken back is told where the versions stand. */
    async function orTell(ctx, version, work) {
        try {
            await work();
        }
        catch (error) {
            if (!(error instanceof Refusal) || error.code !== 'policy_conflict')
                throw error;
            await pages.tell(ctx, { tone: 'warn', text: pages.translate(ctx)('policies.cannotUndo', { version }) });
            pages.go(ctx, list);
        }
    }
    return {
        async policyVersionsPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const limit = readSize(ctx);
            const before = readWhole(ctx, 'before', Number.MAX_SAFE_INTEGER);
            const [found, { version, policy }] = await Promise.all([
                policies.versions({ before, limit: limit + 1 }),
                policies.show(),
            ]);
            const shown = found.slice(0, limit);
            const known = await names.ofActors(shown.map(one => one.actor));
            await pages.show(ctx, 'admin/policy-versions', {
                title: t('policies.versions'),
                lead: t('policies.versionsLead'),
                crumbs: [{ label: t('nav.policies'), href: '/admin/policies' }],
                versions: shown.map(one => ({
                    ...presentVersion(one, frame),
                    by: actorText(one.actor, known.get(one.actor), frame.t),
                    forAll: isForNew(one) ? previewPath(typedOf(one, policy), version, 'refresh') : null,
                })),
                // They are numbered without gaps.
                counted: { count: version, more: false },
                row: version - (shown[0]?.version ?? version) + 1,
                next: found.length > limit ? shown.at(-1).version : null,
            });
        },
        async undoPolicyPage(ctx) {
            const one = await requireVersion(ctx);
            const apply = readChoice(ctx, 'apply', appliesOf(one.changed));
            await orTell(ctx, one.version, () => showUndoing(ctx, one, apply));
        },
        async undoPolicyNow(ctx) {
            const one = await requireVersion(ctx);
            const asked = typedIn(ctx, ['apply']).apply;
            const apply = appliesOf(one.changed).find(one => one === asked);
            if (!apply)
                return pages.go(ctx, `${list}/${one.version}/undo`);
            await orTell(ctx, one.version, async () => {
                try {
                    const { reason } = readFields(ctx, { reason: reasonRule });
                    await policies.undo(one.version, browserUserOf(ctx).actor, reason, apply);
                }
                catch (error) {
                    return showUndoing(ctx, one, apply, problemsOf(error, pages.frameOf(ctx)));
                }
                const text = pages.translate(ctx)('policies.undone', { version: one.version });
                await pages.tell(ctx, { tone: 'good', text });
                pages.go(ctx, list);
            });
        },
    };
}
function presentVersion(one, frame) {
    const { version, since, reason, apply, undoes } = one;
    const changes = one.changes.map(change => presentChange(change, frame));
    return {
        version,
        since,
        reason: reasonText(version, reason, frame),
        apply,
        undoes,
        changes,
        settled: apply !== 'new' || one.settledAt !== null,
    };
}
/** Some sessions of before still have other rules. */
function isForNew({ apply, settledAt }) {
    return apply === 'new' && settledAt === null;
}
/** What it set, as it stands now. */
function typedOf({ changed }, policy) {
    return Object.fromEntries(changed.map((name) => [name, typedValue(name, policy[name])]));
}
//# sourceMappingURL=policy-versions.js.map
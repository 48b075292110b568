import { policiesOf, policyGroupNames, policyNames } from '../../../policy/policies.js';
import { readPolicyValue, whyNotPolicy } from '../../../policy/policy-values.js';
import { browserUserOf } from '../../handler.js';
import { readFields } from '../../wire/fields.js';
import { problemsOf, problemText, typedIn } from '../fields.js';
import { readChoice } from '../query.js';
import { appliesOf, fieldOf, formValue, policyProblemText, presentPolicy, presentPreview, reasonText, typedValue, } from './policy-texts.js';
/** Why a policy is changed; the audit log keeps it. */
export const reasonRule = { trim: true, maxLength: 255 };
export function createPolicyPages({ pages, policies }) {
    const crumbsOf = (ctx) => [{ label: pages.translate(ctx)('nav.policies'), href: '/admin/policies' }];
    /** The form of one group, with what was typed or else what holds now. */
    async function showForm(ctx, typed = {}, problems = {}, status = 200) {
        const frame = pages.frameOf(ctx);
        const group = readChoice(ctx, 'group', policyGroupNames);
        const { policy, version } = await policies.show();
        const names = policiesOf(group);
        await pages.show(ctx, 'admin/policy-change', {
            title: frame.t('policies.change'),
            lead: frame.t('policies.changeLead'),
            crumbs: crumbsOf(ctx),
            group,
            groups: policyGroupNames,
            version,
            problems,
            fields: names.map(name => fieldOf(name, frame)),
            values: Object.fromEntries(names.map(name => [name, typed[name] ?? formValue(name, policy[name], frame)])),
        }, status);
    }
    async function showPreview(ctx, typed, apply, problems = {}) {
        const frame = pages.frameOf(ctx);
        const names = Object.keys(typed);
        const { version } = await policies.show();
        const found = await policies.preview(valuesOf(typed), browserUserOf(ctx).actor, apply).then(preview => ({ preview: presentPreview(preview, frame), problem: '' }), error => ({ preview: null, problem: Object.values(problemsOf(error, frame)).join(' ') }));
        await pages.show(ctx, 'admin/policy-preview', {
            title: frame.t('policies.preview'),
            crumbs: crumbsOf(ctx),
            ...found,
            apply,
            problems,
            values: typedIn(ctx, ['reason']),
            action: '/admin/policies',
            back: '/admin/policies/change',
            applies: appliesOf(names).map(one => ({ name: one, href: previewPath(typed, version, one) })),
            // One field: a name with `token` or `password` in it would not outlive the question for the password.
            hidden: { changes: String(new URLSearchParams(typed)), apply, version },
        }, Object.keys(problems).length > 0 ? 400 : 200);
    }
    /** Somebody was faster: what was looked at is no longer what holds. */
    async function lookAgain(ctx) {
        await pages.tell(ctx, { tone: 'warn', text: pages.translate(ctx)('errors.policy_conflict') });
        pages.go(ctx, '/admin/policies/change');
    }
    return {
        async policiesPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const shown = await policies.show();
            await pages.show(ctx, 'admin/policies', {
                title: t('nav.policies'),
                lead: t('policies.lead'),
                actions: [{ label: t('policies.versions'), icon: 'history', href: '/admin/policies/versions' }],
                ...presentInForce(shown, frame),
                groups: policyGroupNames.map(group => ({
                    group,
                    policies: policiesOf(group).map(name => presentPolicy(name, shown.policy, frame)),
                })),
            });
        },
        changePoliciesPage: (ctx) => showForm(ctx),
        /** Looks at what was typed, and leads to the preview of what is different. */
        async weighPoliciesPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { policy, version } = await policies.show();
            const { version: seen, ...rest } = typedIn(ctx, ['version', ...policyNames]);
            if (seen !== String(version))
                return lookAgain(ctx);
            const sent = policyNames.filter(name => Object.hasOwn((ctx.request.body ?? {}), name));
            const typed = Object.fromEntries(sent.map(name => [name, rest[name].trim()]));
            const values = valuesOf(typed);
            const problems = Object.fromEntries(sent.flatMap(name => {
                const problem = policyProblemText(name, values[name], frame);
                return problem === null ? [] : [[name, problem]];
            }));
            const different = sent.filter(name => values[name] !== policy[name]);
            if (Object.keys(problems).length === 0) {
                const whole = whyNotPolicy({ ...policy, ...values }).map(problem => problemText(problem, frame.t));
                if (whole.length > 0)
                    problems.non_field_errors = whole.join(' ');
                else if (different.length === 0)
                    problems.non_field_errors = frame.t('policies.nothingChanged');
            }
            if (Object.keys(problems).length > 0)
                return showForm(ctx, typed, problems, 400);
            const changed = Object.fromEntries(different.map(name => [name, typedValue(name, values[name])]));
            pages.go(ctx, previewPath(changed, version, 'refresh'));
        },
        async previewPoliciesPage(ctx) {
            const typed = typedFrom(new URLSearchParams(ctx.querystring));
            const names = Object.keys(typed);
            const { version } = await policies.show();
            if (names.length === 0)
                return pages.go(ctx, '/admin/policies/change');
            if (ctx.query.version !== String(version))
                return lookAgain(ctx);
            await showPreview(ctx, typed, readChoice(ctx, 'apply', appliesOf(names)));
        },
        async savePoliciesPage(ctx) {
            const { t } = pages.frameOf(ctx);
            const { changes, apply: asked, version } = typedIn(ctx, ['changes', 'apply', 'version']);
            const typed = typedFrom(new URLSearchParams(changes));
            const names = Object.keys(typed);
            const apply = appliesOf(names).find(one => one === asked);
            // Nothing of ours sends that: what is to be done must not be guessed.
            if (names.length === 0 || !apply || !/^[1-9]\d{0,8}$/.test(version))
                return lookAgain(ctx);
            let saved;
            try {
                const { reason } = readFields(ctx, { reason: reasonRule });
                const how = { apply, seen: Number(version) };
                saved = await policies.set(valuesOf(typed), browserUserOf(ctx).actor, reason, how);
            }
            catch (error) {
                return showPreview(ctx, typed, apply, problemsOf(error, pages.frameOf(ctx)));
            }
            await pages.tell(ctx, {
                tone: 'good',
                text: t('policies.saved', { version: saved.version }),
                action: { label: t('policies.undo'), href: `/admin/policies/versions/${saved.version}/undo` },
            });
            pages.go(ctx, '/admin/policies');
        },
    };
}
function presentInForce({ version, since, reason }, frame) {
    return { version, since, reason: reasonText(version, reason, frame) };
}
/** The policies among the parameters of an address. */
function typedFrom(parameters) {
    return Object.fromEntries(policyNames.flatMap(name => {
        const text = parameters.get(name);
        return text === null || text.length > 200 ? [] : [[name, text]];
    }));
}
/** Where a change is looked at. An empty value is one like any other, and stays in. */
export function previewPath(typed, version, apply) {
    return `/admin/policies/preview?${new URLSearchParams({ ...typed, version: String(version), apply })}`;
}
function valuesOf(typed) {
    return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, readPolicyValue(name, text)]));
}
//# sourceMappingURL=policies.js.map
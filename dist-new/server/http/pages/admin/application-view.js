import { usesSecret } from '../../../policy/application-defaults.js';
import { lifetimeNames, ownApplicationId, scopeWords } from '../../../policy/application-metadata.js';
import { saysItself } from '../../../policy/own-description.js';
import { tokenExchangeGrant } from '../../../policy/token-exchange.js';
import { redirectUriWarning } from '../../../protocol/redirect-uris.js';
import { problemText } from '../fields.js';
import { readChoice } from '../query.js';
import { fieldInputs, shownValues } from './application-form.js';
import { testPrompts } from './application-test.js';
import { presentApplication } from './applications.js';
import { formValue, titleOf, valueText } from './policy-texts.js';
import { scopeRows } from './resource-form.js';
import { countText } from './role-texts.js';
import { scopeChoices } from './scope-choices.js';
export const tabs = ['overview', 'settings', 'access', 'resource', 'secrets', 'lifetimes', 'test'];
/** For how long a secret may stay good beside a new one; seconds. */
export const overlaps = [86_400, 3_600, 7 * 86_400, 0];
export const formOf = ({ kind, origin }, tab) => ({
    kind,
    origin,
    parts: tab === 'settings' ? ['settings', 'advanced'] : ['access'],
});
export function createApplicationView(deps) {
    const { pages, issuer, applications, secretChanges, applicationUses, roles, policy, snippets } = deps;
    /** What a tab shows beside the application itself. */
    async function ofTab(tab, application, wrong, frame) {
        switch (tab) {
            case 'settings':
            case 'access':
                return { form: await formOn(tab, application, wrong, frame) };
            case 'resource':
                return {
                    form: resourceForm(application, wrong, frame),
                    scopeRows: wrong?.rows ?? scopeRows(application.resourceScopes),
                };
            case 'secrets':
                return {
                    secrets: await secretChanges.list(application.id),
                    form: { ...given(wrong), overlaps: overlapChoices(frame) },
                };
            case 'lifetimes':
                return { form: lifetimesForm(application, wrong, frame) };
            case 'test':
                return { form: { ...given(wrong), prompts: promptChoices(frame) } };
            default:
                return { snippets: snippets(application), endpoints: endpointsAt(issuer) };
        }
    }
    async function formOn(tab, application, wrong, frame) {
        const { metadata, kind } = application;
        const form = formOf(application, tab);
        const choices = tab === 'access'
            ? {
                scope: await scopeChoices(applications, kind, frame, scopeWords(metadata.scope ?? '')),
                required_roles: (await roles.all()).map(({ name }) => ({ value: name, label: name })),
            }
            : {};
        const inputs = (part) => fieldInputs(part, form, frame, choices).map(field => withWarnings(field, metadata[field.name], frame));
        const values = { client_name: application.name, ...shownValues(metadata, form), ...wrong?.values };
        const [fields, advanced] = tab === 'access' ? [inputs('access'), []] : [inputs('settings'), inputs('advanced')];
        const isNamedByItself = saysItself(application.origin, 'client_name');
        return { fields, advanced, values, problems: wrong?.problems ?? {}, isNamedByItself };
    }
    function lifetimesForm({ metadata }, wrong, frame) {
        const own = metadata.lifetimes ?? {};
        const shown = (name) => own[name] === undefined ? '' : formValue(name, own[name], frame);
        return {
            fields: lifetimeNames.map(name => ({
                name,
                label: titleOf(name, frame),
                help: frame.t('application.lifetimeUsual', { value: valueText(name, policy()[name], frame) }),
                ...{ optional: true, maxlength: 200, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none' },
            })),
            values: wrong?.values ?? Object.fromEntries(lifetimeNames.map(name => [name, shown(name)])),
            problems: wrong?.problems ?? {},
        };
    }
    /** @param tab that is shown; that of the address where none is named */
    async function show(ctx, application, wrong = null, tab) {
        const frame = pages.frameOf(ctx);
        const { t } = frame;
        const its = tabsOf(application);
        const shown = tab ?? readChoice(ctx, 'tab', its);
        const live = await applications.counts(application.id);
        const used = shown === 'overview' ? (await applicationUses.of([application.id])).get(application.id) : undefined;
        await pages.show(ctx, 'admin/application', {
            title: application.name,
            crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
            application: { ...presentApplication(application, issuer), lastUsedAt: used?.lastSignInAt ?? null },
            redirectUris: application.metadata.redirect_uris ?? [],
            tab: shown,
            tabs: its,
            // A resource server that only verifies has none, and "0" would say nothing of it.
            hasSessions: application.kind !== 'resource_server' || live.sessions.count > 0 || opensSessions(application),
            live: {
                sessions: live.sessions.count,
                sessionsText: countText(live.sessions, frame),
                usersText: countText(live.users, frame),
            },
            ...{ snippets: [], endpoints: [], secrets: [], scopeRows: [], form: null },
            ...(await ofTab(shown, application, wrong, frame)),
        }, wrong ? 400 : 200);
    }
    return show;
}
function tabsOf({ id, kind, active, resource, metadata }) {
    // Our own is what the house needs, but for how long it lasts.
    if (id === ownApplicationId)
        return ['overview', 'lifetimes'];
    const isShown = {
        resource: resource !== null || kind === 'resource_server',
        secrets: usesSecret(metadata),
        lifetimes: (metadata.grant_types ?? []).length > 0,
        test: active && (metadata.grant_types ?? []).includes('authorization_code'),
    };
    const [first, ...others] = tabs.filter(tab => isShown[tab] !== false);
    return [first, ...others];
}
const opensSessions = ({ metadata }) => (metadata.grant_types ?? []).some(grant => grant !== 'client_credentials' && grant !== tokenExchangeGrant);
const given = (wrong) => ({ values: wrong?.values ?? {}, problems: wrong?.problems ?? {} });
/** What one should know of an address stands below it, as long as it is there. */
function withWarnings(field, value, { t }) {
    if (!field.name.endsWith('redirect_uris') || !Array.isArray(value))
        return field;
    const warnings = value.flatMap(uri => redirectUriWarning(uri) ?? []);
    return { ...field, help: [field.help, ...warnings.map(warning => problemText(warning, t))].join(' ') };
}
function resourceForm({ resource }, wrong, { t }) {
    const field = { name: 'resource', label: t('applicationField.resource'), help: t('applicationHelp.resource') };
    return {
        fields: [{ ...field, required: true, code: true, spellcheck: 'false', autocomplete: 'off' }],
        values: wrong?.values ?? { resource: resource ?? '' },
        problems: wrong?.problems ?? {},
    };
}
function overlapChoices({ t, format }) {
    return overlaps.map(seconds => ({
        value: String(seconds),
        label: seconds === 0 ? t('application.overlapNone') : format.duration(seconds),
    }));
}
function promptChoices({ t }) {
    return testPrompts.map(value => ({ value, label: t(`applicationTest.prompt.${value || 'usual'}`) }));
}
/** As the discovery documents name them. */
function endpointsAt(issuer) {
    return [
        { name: 'issuer', address: issuer },
        { name: 'openid-configuration', address: `${issuer}/.well-known/openid-configuration` },
        { name: 'authorization_endpoint', address: `${issuer}/oauth/authorize` },
        { name: 'token_endpoint', address: `${issuer}/oauth/token` },
        { name: 'userinfo_endpoint', address: `${issuer}/oauth/userinfo` },
        { name: 'jwks_uri', address: `${issuer}/.well-known/jwks.json` },
        { name: 'end_session_endpoint', address: `${issuer}/oauth/logout` },
    ];
}
//# sourceMappingURL=application-view.js.map
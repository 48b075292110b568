import { accountScope, longestApiKeyName } from '../../policy/api-key.js';
import { ownApplicationId, scopeDescription } from '../../policy/application-metadata.js';
import { isOwnPermission } from '../../policy/permissions.js';
import { refuseField } from '../../protocol/errors.js';
import { browserUserOf } from '../handler.js';
import { routes } from '../routes.js';
import { scopeMeaning, shownApiKey } from './api-key-texts.js';
import { endOf } from './days.js';
import { chosenIn, problemsOf, typedIn } from './fields.js';
const day = 86_400_000;
const lives = { '30d': 30 * day, '90d': 90 * day, '1y': 365 * day };
const expiries = [...Object.keys(lives), 'date', 'never'];
/** More are found by who types them into the API. */
const mostServers = 100;
const isLife = (text) => Object.hasOwn(lives, text);
export function createApiKeyForms({ pages, issuer, apiKeys, applications, now }) {
    async function show(ctx, owner, problems = null) {
        const frame = pages.frameOf(ctx);
        const { action, back, title, crumbs, user } = owner;
        const { results } = await applications.list({ isResourceServer: true, state: 'active' }, { limit: mostServers });
        const servers = results.filter(one => one.id !== ownApplicationId);
        const data = {
            ...{ title, crumbs, action, back },
            lead: frame.t('apiKeys.newLead', { name: user.username }),
            problems: problems ?? {},
            values: problems ? valuesIn(ctx) : { expires: '90d', resource: '' },
            ...choicesFor(owner, servers, frame),
            resources: servers.map(({ name, resource }) => ({ value: resource ?? '', label: name })),
            expiries: expiries.map(value => presentExpiry(value, frame)),
            today: new Date(now()).toISOString().slice(0, 10),
            longestApiKeyName,
        };
        await pages.show(ctx, 'new-api-key', data, problems ? 400 : 200);
    }
    function presentExpiry(value, { t, format }) {
        const ends = isLife(value) ? t('apiKeys.until', { date: format.date(now() + lives[value]) }) : null;
        return { value, label: t(`apiKeys.expiry.${value}`), help: value === 'never' ? t('apiKeys.neverHelp') : ends };
    }
    /** @throws invalid_fields */
    function read(ctx) {
        const { name, resource, elevated } = typedIn(ctx, ['name', 'resource', 'elevated']);
        const forServer = resource !== '';
        return {
            name,
            // What is not for who takes it is not looked at: its part of the form is out of sight.
            scopes: chosenIn(ctx, forServer ? 'others' : 'own'),
            resource: forServer ? resource : null,
            elevated: !forServer && elevated === '1',
            expiresAt: expiryIn(ctx, pages.frameOf(ctx).zone),
        };
    }
    function expiryIn(ctx, zone) {
        const { expires, until } = typedIn(ctx, ['expires', 'until']);
        if (isLife(expires))
            return now() + lives[expires];
        if (expires === 'never')
            return null;
        if (expires !== 'date')
            throw refuseField('expires', 'required');
        const end = until.includes('T') ? undefined : endOf(until, zone);
        if (end === undefined)
            throw refuseField('until', until === '' ? 'required' : 'not_day');
        return end;
    }
    return {
        show: (ctx, owner) => show(ctx, owner),
        /** Makes the key and shows it this once; or the form again. */
        async create(ctx, owner) {
            let made;
            try {
                made = await apiKeys.create(owner.user.id, read(ctx), browserUserOf(ctx).actor);
            }
            catch (error) {
                const problems = problemsOf(error, pages.frameOf(ctx));
                return show(ctx, owner, inForm(problems, typedIn(ctx, ['resource']).resource !== ''));
            }
            const frame = pages.frameOf(ctx);
            const { title, crumbs, back, action, user } = owner;
            const key = shownApiKey(made.key, frame);
            const text = frame.t('apiKeys.made', { key: key.name, name: user.username });
            // What takes it: a resource server by its own address.
            const address = inShell(made.key.resource ?? `${issuer}${firstOpenTo(made.key.scopes)}/`);
            const example = `curl -H 'Authorization: Token ${made.text}' \
  ${address}`;
            await pages.show(ctx, 'given-api-key', { title, crumbs, back, action, key, secret: made.text, text, example });
        },
    };
}
/** A path that the key may read, so that the example works as it is pasted; the account's where it may only write. */
function firstOpenTo(scopes) {
    const own = Object.values(routes).filter(({ method, path }) => method === 'GET' && /^\/api\/[^:]*$/.test(path));
    const opened = own.find(({ access }) => {
        const { permission } = access;
        return permission !== undefined && scopes.includes(permission);
    });
    return scopes.includes(accountScope) || !opened ? routes.me.path : opened.path;
}
/** People paste it: an identifier, which an administrator chose, may have `$(…)` in it. */
const inShell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
function choicesFor({ user, mayGive }, servers, frame) {
    const scopes = servers.flatMap(one => one.resourceScopes);
    const described = new Map(scopes.map(scope => [scope.name, scopeDescription(scope, frame.language)]));
    const permissions = user.allPermissions.filter(mayGive);
    const choice = (value) => ({
        value,
        label: value,
        help: scopeMeaning(value, frame) ?? described.get(value) ?? null,
    });
    return {
        own: [accountScope, ...permissions.filter(isOwnPermission)].map(choice),
        others: permissions.filter(permission => !isOwnPermission(permission)).map(choice),
    };
}
/** What is wrong with the scopes stands beside those that were chosen from; what is wrong with the date, beside it. */
function inForm({ scopes, expires_at, ...others }, forServer) {
    return {
        ...others,
        ...(scopes !== undefined && { [forServer ? 'others' : 'own']: scopes }),
        ...(expires_at !== undefined && { until: expires_at }),
    };
}
function valuesIn(ctx) {
    const typed = typedIn(ctx, ['name', 'resource', 'expires', 'until', 'elevated']);
    return { ...typed, elevated: typed.elevated === '1', own: chosenIn(ctx, 'own'), others: chosenIn(ctx, 'others') };
}
//# sourceMappingURL=api-key-form.js.map
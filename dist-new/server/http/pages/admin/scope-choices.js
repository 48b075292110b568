import { scopeDescription, standardScopes } from '../../../policy/application-metadata.js';
import { isOurScope } from '../../../policy/application-rules.js';
/** More are found by typing into the API; a page that ticks them all is read by nobody. */
const mostServers = 100;
/** @param kept those that it has already: what no resource server knows any more is still there to be taken away */
export async function scopeChoices(applications, kind, frame, kept = []) {
    const { t, language } = frame;
    const { results } = await applications.list({ isResourceServer: true, state: 'active' }, { limit: mostServers });
    // A program has no person to tell of.
    const standard = kind === 'machine' || kind === 'resource_server' ? [] : standardScopes;
    const options = [
        ...standard.map(name => ({ value: name, label: name, help: t(`applicationScope.${name}`) })),
        ...results.flatMap(({ name: server, resourceScopes }) => resourceScopes.map(scope => ({
            value: scope.name,
            label: scope.name,
            help: isOurScope(scope.name)
                ? t(`applicationScope.${scope.name.replace(':', '_')}`)
                : t('applicationScope.of', { description: scopeDescription(scope, language), server }),
        }))),
    ];
    const known = new Set(options.map(one => one.value));
    return [...options, ...kept.filter(name => !known.has(name)).map(name => ({ value: name, label: name }))];
}
//# sourceMappingURL=scope-choices.js.map
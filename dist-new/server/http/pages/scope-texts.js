import { builtInApplication, scopeDescription, standardScopes } from '../../policy/application-metadata.js';
const ours = new Set([
    ...standardScopes,
    ...builtInApplication.resourceScopes.map(scope => scope.name),
]);
/** What an application may do, in an order that people read: who they are first, then where it may go in their name. */
export function scopeTexts(described, { t, language }) {
    return described.map(({ resource, server, isOurs, scopes }) => ({
        server: isOurs ? '' : server || resource,
        scopes: scopes.map(scope => ({
            name: scope.name,
            // Keys of texts have no colon.
            text: isOurs && ours.has(scope.name)
                ? t(`scopes.${scope.name.replace(':', '_')}`)
                : scopeDescription(scope, language) || scope.name,
        })),
    }));
}
//# sourceMappingURL=scope-texts.js.map
// Scopes as people are told of them: by the resource server that they belong to, each with what its administrator wrote.
import { ownApplicationId } from '../../policy/application-metadata.js';
export function describedScopes(scopes, servers, issuer) {
    const byResource = new Map(servers.map(server => [server.resource ?? issuer, server]));
    return Object.entries(scopes).map(([resource, names]) => {
        const server = byResource.get(resource);
        const known = new Map(server?.resourceScopes.map(scope => [scope.name, scope]));
        return {
            resource,
            server: server?.name ?? '',
            isOurs: resource === '' || server?.id === ownApplicationId,
            scopes: names.map(name => known.get(name) ?? { name, description: '' }),
        };
    });
}
//# sourceMappingURL=described-scopes.js.map
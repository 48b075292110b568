export function publicApplication(application) {
    return {
        id: application.id,
        name: application.name,
        kind: application.kind,
        origin: application.origin,
        active: application.active,
        version: application.version,
        createdAt: application.createdAt,
        metadata: application.metadata,
        resource: application.resource,
        resourceScopes: application.resourceScopes,
    };
}
/** In the names of RFC 7591 and ours, as policy/application-description.ts reads them; times as ISO 8601 in UTC. */
export function describedApplication({ id, name, kind, origin, active, version, createdAt, ...rest }) {
    return {
        client_id: id,
        client_name: name,
        kind,
        origin,
        state: stateOf({ active }),
        version,
        created_at: new Date(createdAt).toISOString(),
        resource: rest.resource,
        resource_scopes: rest.resourceScopes,
        ...rest.metadata,
    };
}
export function stateOf({ active }) {
    return active ? 'active' : 'disabled';
}
//# sourceMappingURL=public-application.js.map
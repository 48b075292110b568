/** What a password opens for our own application. */
export const passwordGrant = {
    grantType: 'password',
    scope: '',
    resources: [],
    browserSid: null,
    offline: false,
    dpopJkt: null,
    refreshable: true,
};
/** What a password opens for a browser, which holds the session by a cookie. */
export const browserGrant = { ...passwordGrant, refreshable: false };
export const sessionColumns = [
    'id',
    'userId',
    'deviceId',
    'applicationId',
    'seq',
    'policyVersion',
    'generation',
    'rotatedAt',
    'expiresAt',
    'refreshKeyVersion',
    'rotation',
    'windowFrom',
    'windowStartedAt',
    'olderFrom',
    'olderStartedAt',
    'authenticatedAt',
    'createdAt',
    'lastSeenAt',
    'address',
    'endedAt',
    'endedReason',
    'endedBy',
    'grantType',
    'scope',
    'resources',
    'browserSid',
    'offline',
    'dpopJkt',
    'refreshable',
];
export function readSession(row) {
    const resources = row.resources === null ? [] : JSON.parse(row.resources);
    return { ...row, resources, offline: row.offline === 1, refreshable: row.refreshable === 1 };
}
/** Member by member: each refresh reads one, and to copy by names that are put together costs ten times as much. */
export function readPrefixedSession(row) {
    return {
        id: row.s_id,
        userId: row.s_userId,
        deviceId: row.s_deviceId,
        applicationId: row.s_applicationId,
        seq: row.s_seq,
        policyVersion: row.s_policyVersion,
        generation: row.s_generation,
        rotatedAt: row.s_rotatedAt,
        expiresAt: row.s_expiresAt,
        refreshKeyVersion: row.s_refreshKeyVersion,
        rotation: row.s_rotation,
        windowFrom: row.s_windowFrom,
        windowStartedAt: row.s_windowStartedAt,
        olderFrom: row.s_olderFrom,
        olderStartedAt: row.s_olderStartedAt,
        authenticatedAt: row.s_authenticatedAt,
        createdAt: row.s_createdAt,
        lastSeenAt: row.s_lastSeenAt,
        address: row.s_address,
        endedAt: row.s_endedAt,
        endedReason: row.s_endedReason,
        endedBy: row.s_endedBy,
        grantType: row.s_grantType,
        scope: row.s_scope,
        browserSid: row.s_browserSid,
        dpopJkt: row.s_dpopJkt,
        resources: row.s_resources === null ? [] : JSON.parse(row.s_resources),
        offline: row.s_offline === 1,
        refreshable: row.s_refreshable === 1,
    };
}
/** As the columns hold it. */
export function writtenSession(session) {
    const { resources } = session;
    return { ...session, resources: resources.length === 0 ? null : JSON.stringify(resources) };
}
//# sourceMappingURL=session-rows.js.map
export function publicSession(session) {
    return {
        id: session.id,
        userId: session.userId,
        deviceId: session.deviceId,
        applicationId: session.applicationId,
        generation: session.generation,
        rotatedAt: session.rotatedAt,
        createdAt: session.createdAt,
        lastSeenAt: session.lastSeenAt,
        address: session.address,
        boundKey: session.dpopJkt,
        endedAt: session.endedAt,
        endedReason: session.endedReason,
        endedBy: session.endedBy,
    };
}
export function publicDevice(device) {
    return {
        id: device.id,
        userId: device.userId,
        name: device.name,
        browser: device.browser,
        platform: device.platform,
        userAgent: device.userAgent,
        address: device.address,
        firstSeenAt: device.firstSeenAt,
        lastSeenAt: device.lastSeenAt,
        endedAt: device.endedAt,
    };
}
//# sourceMappingURL=public-session.js.map
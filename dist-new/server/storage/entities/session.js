var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { flag, longText, name, orNull, uuid, whole } from './columns.js';
/** One application signed in for one user on one device; its id is the claim `sid`. */
let Session = class Session {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'session_pk' })
], Session.prototype, "id", void 0);
__decorate([
    Column(whole)
], Session.prototype, "userId", void 0);
__decorate([
    Column(uuid)
], Session.prototype, "deviceId", void 0);
__decorate([
    Column(name(100))
], Session.prototype, "applicationId", void 0);
__decorate([
    Column(whole)
], Session.prototype, "seq", void 0);
__decorate([
    Column({ type: 'int', default: 1 })
], Session.prototype, "policyVersion", void 0);
__decorate([
    Column(whole)
], Session.prototype, "generation", void 0);
__decorate([
    Column(whole)
], Session.prototype, "rotatedAt", void 0);
__decorate([
    Column(whole)
], Session.prototype, "expiresAt", void 0);
__decorate([
    Column({ type: 'int' })
], Session.prototype, "refreshKeyVersion", void 0);
__decorate([
    Column(name(24))
], Session.prototype, "rotation", void 0);
__decorate([
    Column(whole)
], Session.prototype, "windowFrom", void 0);
__decorate([
    Column(whole)
], Session.prototype, "windowStartedAt", void 0);
__decorate([
    Column(whole)
], Session.prototype, "olderFrom", void 0);
__decorate([
    Column(whole)
], Session.prototype, "olderStartedAt", void 0);
__decorate([
    Column(whole)
], Session.prototype, "authenticatedAt", void 0);
__decorate([
    Column(whole)
], Session.prototype, "createdAt", void 0);
__decorate([
    Column(whole)
], Session.prototype, "lastSeenAt", void 0);
__decorate([
    Column(name(45))
], Session.prototype, "address", void 0);
__decorate([
    Column(orNull(whole))
], Session.prototype, "endedAt", void 0);
__decorate([
    Column(orNull(name(40)))
], Session.prototype, "endedReason", void 0);
__decorate([
    Column(orNull(name(190)))
], Session.prototype, "endedBy", void 0);
__decorate([
    Column({ ...name(20), default: 'password' })
], Session.prototype, "grantType", void 0);
__decorate([
    Column({ ...name(1000), default: '' })
], Session.prototype, "scope", void 0);
__decorate([
    Column(orNull(longText))
], Session.prototype, "resources", void 0);
__decorate([
    Column(orNull(uuid))
], Session.prototype, "browserSid", void 0);
__decorate([
    Column({ ...flag, default: false })
], Session.prototype, "offline", void 0);
__decorate([
    Column(orNull(name(43)))
], Session.prototype, "dpopJkt", void 0);
__decorate([
    Column({ ...flag, default: true })
], Session.prototype, "refreshable", void 0);
Session = __decorate([
    Entity('session')
    // What a refresh moves stands in no index: thousands of rows move each second.
    ,
    Index('session_created', ['createdAt', 'id']),
    Index('session_user', ['userId', 'endedAt', 'createdAt', 'id']),
    Index('session_user_created', ['userId', 'createdAt', 'id']),
    Index('session_device_open', ['deviceId', 'endedAt']),
    Index('session_device_created', ['deviceId', 'createdAt', 'id']),
    Index('session_application', ['applicationId', 'createdAt', 'id']),
    Index('session_browser', ['browserSid', 'endedAt']),
    Index('session_address', ['address', 'createdAt', 'id'])
    // The second column is there for MySQL: behind `endedAt` alone stands the id, and `id = ? AND ended_at IS NULL` locked this
    // index before the row, and deadlocked with whoever had the row.
    ,
    Index('session_ended', ['endedAt', 'createdAt'])
], Session);
export { Session };
//# sourceMappingURL=session.js.map
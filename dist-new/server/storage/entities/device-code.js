var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, uuid, whole } from './columns.js';
/** A program that waits until a person lets it in (RFC 8628). */
let DeviceCode = class DeviceCode {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'device_code_pk' })
], DeviceCode.prototype, "hash", void 0);
__decorate([
    Index('device_code_user_code', { unique: true }),
    Column(name(8))
], DeviceCode.prototype, "userCode", void 0);
__decorate([
    Column(name(100))
], DeviceCode.prototype, "applicationId", void 0);
__decorate([
    Column(name(1000))
], DeviceCode.prototype, "scope", void 0);
__decorate([
    Column(orNull(longText))
], DeviceCode.prototype, "resources", void 0);
__decorate([
    Column(name(64))
], DeviceCode.prototype, "address", void 0);
__decorate([
    Column(name(512))
], DeviceCode.prototype, "userAgent", void 0);
__decorate([
    Column(whole)
], DeviceCode.prototype, "createdAt", void 0);
__decorate([
    Index('device_code_expires'),
    Column(whole)
], DeviceCode.prototype, "expiresAt", void 0);
__decorate([
    Column(whole)
], DeviceCode.prototype, "pollInterval", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "polledAt", void 0);
__decorate([
    Column(orNull(name(10)))
], DeviceCode.prototype, "decision", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "decidedAt", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "userId", void 0);
__decorate([
    Column(orNull(uuid))
], DeviceCode.prototype, "browserSid", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "seq", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "authenticatedAt", void 0);
__decorate([
    Column(orNull(whole))
], DeviceCode.prototype, "redeemedAt", void 0);
__decorate([
    Column(orNull(uuid))
], DeviceCode.prototype, "sessionId", void 0);
DeviceCode = __decorate([
    Entity('device_code'),
    Index('device_code_user', ['userId', 'applicationId'])
], DeviceCode);
export { DeviceCode };
//# sourceMappingURL=device-code.js.map
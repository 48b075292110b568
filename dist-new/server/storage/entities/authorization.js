var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, uuid, whole } from './columns.js';
/** What an application turns into tokens, once: made by a person's decision at the authorization endpoint. */
let Code = class Code {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'code_pk' })
], Code.prototype, "hash", void 0);
__decorate([
    Column(name(100))
], Code.prototype, "applicationId", void 0);
__decorate([
    Column(whole)
], Code.prototype, "userId", void 0);
__decorate([
    Column(uuid)
], Code.prototype, "deviceId", void 0);
__decorate([
    Column(uuid)
], Code.prototype, "browserSid", void 0);
__decorate([
    Column(whole)
], Code.prototype, "seq", void 0);
__decorate([
    Column(whole)
], Code.prototype, "authenticatedAt", void 0);
__decorate([
    Column(orNull(longText))
], Code.prototype, "redirectUri", void 0);
__decorate([
    Column(orNull(name(43)))
], Code.prototype, "challenge", void 0);
__decorate([
    Column(name(1000))
], Code.prototype, "scope", void 0);
__decorate([
    Column(orNull(longText))
], Code.prototype, "resources", void 0);
__decorate([
    Column(orNull(name(512)))
], Code.prototype, "nonce", void 0);
__decorate([
    Column(orNull(name(43)))
], Code.prototype, "dpopJkt", void 0);
__decorate([
    Column(whole)
], Code.prototype, "createdAt", void 0);
__decorate([
    Index('code_expires'),
    Column(whole)
], Code.prototype, "expiresAt", void 0);
__decorate([
    Column(orNull(whole))
], Code.prototype, "redeemedAt", void 0);
__decorate([
    Column(orNull(name(24)))
], Code.prototype, "redemption", void 0);
__decorate([
    Column(orNull(name(43)))
], Code.prototype, "redeemer", void 0);
__decorate([
    Column(orNull(uuid))
], Code.prototype, "sessionId", void 0);
Code = __decorate([
    Entity('code'),
    Index('code_user', ['userId', 'applicationId'])
], Code);
export { Code };
/** What a user lets an application have. */
let Consent = class Consent {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'consent_pk' })
], Consent.prototype, "userId", void 0);
__decorate([
    PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'consent_pk' })
], Consent.prototype, "applicationId", void 0);
__decorate([
    Column(longText)
], Consent.prototype, "scopes", void 0);
__decorate([
    Column(whole)
], Consent.prototype, "createdAt", void 0);
__decorate([
    Column(whole)
], Consent.prototype, "updatedAt", void 0);
Consent = __decorate([
    Entity('consent'),
    Index('consent_application', ['applicationId', 'userId'])
], Consent);
export { Consent };
//# sourceMappingURL=authorization.js.map
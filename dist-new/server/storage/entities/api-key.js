var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { flag, longText, name, orNull, uuid, whole } from './columns.js';
/** What a user gives a program to act by in their place, for as long as they like. */
let ApiKey = class ApiKey {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'api_key_pk' })
], ApiKey.prototype, "id", void 0);
__decorate([
    Index('api_key_hash', { unique: true }),
    Column(name(43))
], ApiKey.prototype, "hash", void 0);
__decorate([
    Column(whole)
], ApiKey.prototype, "userId", void 0);
__decorate([
    Column(name(100))
], ApiKey.prototype, "name", void 0);
__decorate([
    Column(name(12))
], ApiKey.prototype, "hint", void 0);
__decorate([
    Column(longText)
], ApiKey.prototype, "scopes", void 0);
__decorate([
    Column(orNull(name(255)))
], ApiKey.prototype, "resource", void 0);
__decorate([
    Column(flag)
], ApiKey.prototype, "elevated", void 0);
__decorate([
    Column(whole)
], ApiKey.prototype, "createdAt", void 0);
__decorate([
    Index('api_key_expires'),
    Column(orNull(whole))
], ApiKey.prototype, "expiresAt", void 0);
__decorate([
    Column(orNull(whole))
], ApiKey.prototype, "lastUsedAt", void 0);
__decorate([
    Column(orNull(name(45)))
], ApiKey.prototype, "lastUsedAddress", void 0);
__decorate([
    Index('api_key_ended'),
    Column(orNull(whole))
], ApiKey.prototype, "endedAt", void 0);
__decorate([
    Column(orNull(name(40)))
], ApiKey.prototype, "endedWhy", void 0);
ApiKey = __decorate([
    Entity('api_key'),
    Index('api_key_user', ['userId', 'createdAt', 'id']),
    Index('api_key_created', ['createdAt', 'id'])
], ApiKey);
export { ApiKey };
//# sourceMappingURL=api-key.js.map
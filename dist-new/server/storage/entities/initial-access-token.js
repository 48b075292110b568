var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, uuid, whole } from './columns.js';
/** RFC 7591 §3: what an administrator gives to whoever may register an application. */
let InitialAccessToken = class InitialAccessToken {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'initial_access_token_pk' })
], InitialAccessToken.prototype, "id", void 0);
__decorate([
    Index('initial_access_token_hash', { unique: true }),
    Column(name(43))
], InitialAccessToken.prototype, "hash", void 0);
__decorate([
    Column(name(100))
], InitialAccessToken.prototype, "name", void 0);
__decorate([
    Column(name(12))
], InitialAccessToken.prototype, "hint", void 0);
__decorate([
    Column(longText)
], InitialAccessToken.prototype, "scopes", void 0);
__decorate([
    Column(orNull(whole))
], InitialAccessToken.prototype, "mostUses", void 0);
__decorate([
    Column(whole)
], InitialAccessToken.prototype, "uses", void 0);
__decorate([
    Column(name(100))
], InitialAccessToken.prototype, "createdBy", void 0);
__decorate([
    Column(whole)
], InitialAccessToken.prototype, "createdAt", void 0);
__decorate([
    Column(orNull(whole))
], InitialAccessToken.prototype, "expiresAt", void 0);
__decorate([
    Column(orNull(whole))
], InitialAccessToken.prototype, "lastUsedAt", void 0);
__decorate([
    Column(orNull(whole))
], InitialAccessToken.prototype, "endedAt", void 0);
InitialAccessToken = __decorate([
    Entity('initial_access_token')
], InitialAccessToken);
export { InitialAccessToken };
//# sourceMappingURL=initial-access-token.js.map
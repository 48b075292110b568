var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { flag, longText, name, orNull, whole } from './columns.js';
let User = class User {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_pk' })
], User.prototype, "id", void 0);
__decorate([
    Column(name(150))
], User.prototype, "username", void 0);
__decorate([
    Index('user_username_key', { unique: true }),
    Column(orNull(name(150)))
], User.prototype, "usernameKey", void 0);
__decorate([
    Index('user_password_hash'),
    Column(name(255))
], User.prototype, "passwordHash", void 0);
__decorate([
    Column(name(150))
], User.prototype, "firstName", void 0);
__decorate([
    Column(name(150))
], User.prototype, "lastName", void 0);
__decorate([
    Column(name(254))
], User.prototype, "email", void 0);
__decorate([
    Index('user_email_key'),
    Column(orNull(name(254)))
], User.prototype, "emailKey", void 0);
__decorate([
    Column({ ...flag, default: false })
], User.prototype, "emailVerified", void 0);
__decorate([
    Column(flag)
], User.prototype, "active", void 0);
__decorate([
    Column(longText)
], User.prototype, "permissions", void 0);
__decorate([
    Column(whole)
], User.prototype, "endedSeq", void 0);
__decorate([
    Column(orNull(whole))
], User.prototype, "lastLoginAt", void 0);
__decorate([
    Column(whole)
], User.prototype, "passwordChangedAt", void 0);
__decorate([
    Column({ ...flag, default: false })
], User.prototype, "mustChangePassword", void 0);
__decorate([
    Column(whole)
], User.prototype, "createdAt", void 0);
__decorate([
    Column(orNull(whole))
], User.prototype, "deletedAt", void 0);
User = __decorate([
    Entity('user')
], User);
export { User };
//# sourceMappingURL=user.js.map
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { flag, longText, name, orNull, uuid, whole } from './columns.js';
let Application = class Application {
};
__decorate([
    PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'application_pk' })
], Application.prototype, "id", void 0);
__decorate([
    Column(name(150))
], Application.prototype, "name", void 0);
__decorate([
    Column({ ...name(16), default: 'native' })
], Application.prototype, "kind", void 0);
__decorate([
    Column({ ...name(16), default: 'administrator' })
], Application.prototype, "origin", void 0);
__decorate([
    Column(flag)
], Application.prototype, "active", void 0);
__decorate([
    Column(whole)
], Application.prototype, "endedSeq", void 0);
__decorate([
    Column({ type: 'int', default: 1 })
], Application.prototype, "version", void 0);
__decorate([
    Column(whole)
], Application.prototype, "createdAt", void 0);
__decorate([
    Column(orNull(longText))
], Application.prototype, "metadata", void 0);
__decorate([
    Index('application_own_lifetimes'),
    Column({ ...flag, default: false })
], Application.prototype, "ownLifetimes", void 0);
__decorate([
    Index('application_told_of_ends'),
    Column({ ...flag, default: false })
], Application.prototype, "toldOfEnds", void 0);
__decorate([
    Index('application_resource', { unique: true }),
    Column(orNull(name(255)))
], Application.prototype, "resource", void 0);
__decorate([
    Column(orNull(longText))
], Application.prototype, "resourceScopes", void 0);
__decorate([
    Column(orNull(name(43)))
], Application.prototype, "registrationTokenHash", void 0);
__decorate([
    Column(orNull(whole))
], Application.prototype, "deletedAt", void 0);
__decorate([
    Index('application_sorted'),
    Column({ ...name(191), default: '' })
], Application.prototype, "sortKey", void 0);
Application = __decorate([
    Entity('application'),
    Index('application_origin', ['origin', 'createdAt'])
], Application);
export { Application };
let ApplicationSecret = class ApplicationSecret {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'application_secret_pk' })
], ApplicationSecret.prototype, "id", void 0);
__decorate([
    Index('application_secret_application'),
    Column(name(100))
], ApplicationSecret.prototype, "applicationId", void 0);
__decorate([
    Column(name(43))
], ApplicationSecret.prototype, "hash", void 0);
__decorate([
    Column(name(12))
], ApplicationSecret.prototype, "hint", void 0);
__decorate([
    Column(whole)
], ApplicationSecret.prototype, "createdAt", void 0);
__decorate([
    Column(orNull(whole))
], ApplicationSecret.prototype, "expiresAt", void 0);
__decorate([
    Column(orNull(whole))
], ApplicationSecret.prototype, "lastUsedAt", void 0);
ApplicationSecret = __decorate([
    Entity('application_secret')
], ApplicationSecret);
export { ApplicationSecret };
//# sourceMappingURL=application.js.map
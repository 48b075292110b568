var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, whole } from './columns.js';
/** The whole policy as it was from `createdAt` on; the highest version is in force. */
let PolicyVersion = class PolicyVersion {
};
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'policy_version_pk' })
], PolicyVersion.prototype, "version", void 0);
__decorate([
    Column(longText)
], PolicyVersion.prototype, "policy", void 0);
__decorate([
    Column(name(190))
], PolicyVersion.prototype, "actor", void 0);
__decorate([
    Column(name(255))
], PolicyVersion.prototype, "reason", void 0);
__decorate([
    Column(whole)
], PolicyVersion.prototype, "createdAt", void 0);
__decorate([
    Column({ ...name(8), default: 'refresh' })
], PolicyVersion.prototype, "apply", void 0);
__decorate([
    Column(orNull(longText))
], PolicyVersion.prototype, "changed", void 0);
__decorate([
    Column(orNull({ type: 'int' }))
], PolicyVersion.prototype, "undoes", void 0);
__decorate([
    Column(orNull(whole))
], PolicyVersion.prototype, "settledAt", void 0);
PolicyVersion = __decorate([
    Entity('policy_version')
], PolicyVersion);
export { PolicyVersion };
//# sourceMappingURL=policy-version.js.map
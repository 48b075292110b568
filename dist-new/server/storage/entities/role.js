var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { flag, longText, name, whole } from './columns.js';
let Role = class Role {
};
__decorate([
    PrimaryColumn({ ...name(40), primaryKeyConstraintName: 'role_pk' })
], Role.prototype, "name", void 0);
__decorate([
    Column(longText)
], Role.prototype, "permissions", void 0);
__decorate([
    Column(flag)
], Role.prototype, "builtIn", void 0);
Role = __decorate([
    Entity('role')
], Role);
export { Role };
let UserRole = class UserRole {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_role_pk' })
], UserRole.prototype, "userId", void 0);
__decorate([
    PrimaryColumn({ ...name(40), primaryKeyConstraintName: 'user_role_pk' })
], UserRole.prototype, "roleName", void 0);
UserRole = __decorate([
    Entity('user_role'),
    Index('user_role_holder', ['roleName', 'userId'])
], UserRole);
export { UserRole };
//# sourceMappingURL=role.js.map
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, orNull, whole } from './columns.js';
/** One process of a resource server that follows the log and verifies by itself. */
let Verifier = class Verifier {
};
__decorate([
    PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' })
], Verifier.prototype, "applicationId", void 0);
__decorate([
    PrimaryColumn({ ...name(100), primaryKeyConstraintName: 'verifier_pk' })
], Verifier.prototype, "name", void 0);
__decorate([
    Column(name(50))
], Verifier.prototype, "version", void 0);
__decorate([
    Column(name(64))
], Verifier.prototype, "appliedLog", void 0);
__decorate([
    Column(whole)
], Verifier.prototype, "appliedSeq", void 0);
__decorate([
    Column(orNull(whole))
], Verifier.prototype, "appliedAt", void 0);
__decorate([
    Column(whole)
], Verifier.prototype, "renewedAt", void 0);
__decorate([
    Index('verifier_lease'),
    Column(whole)
], Verifier.prototype, "leaseUntil", void 0);
__decorate([
    Column(orNull(whole))
], Verifier.prototype, "keysFetchedAt", void 0);
__decorate([
    Column(name(64))
], Verifier.prototype, "address", void 0);
__decorate([
    Column(whole)
], Verifier.prototype, "firstSeen", void 0);
Verifier = __decorate([
    Entity('verifier')
], Verifier);
export { Verifier };
//# sourceMappingURL=verifier.js.map
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, whole } from './columns.js';
/** A proof that was shown: it is good once. */
let SpentProof = class SpentProof {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'spent_proof_pk' })
], SpentProof.prototype, "hash", void 0);
__decorate([
    Index('spent_proof_expires'),
    Column(whole)
], SpentProof.prototype, "expiresAt", void 0);
SpentProof = __decorate([
    Entity('spent_proof')
], SpentProof);
export { SpentProof };
//# sourceMappingURL=spent-proof.js.map
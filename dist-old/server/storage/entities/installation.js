var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { name, orNull, whole } from './columns.js';
/** One row, written by the first server that starts: whose database this is. */
let Installation = class Installation {
};
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'installation_pk' })
], Installation.prototype, "id", void 0);
__decorate([
    Column(name(300))
], Installation.prototype, "issuer", void 0);
__decorate([
    Column(orNull(whole))
], Installation.prototype, "legacySeq", void 0);
Installation = __decorate([
    Entity('installation')
], Installation);
export { Installation };
//# sourceMappingURL=installation.js.map
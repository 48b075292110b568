var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, whole } from './columns.js';
/** A key pair of the JWKS. */
let SigningKey = class SigningKey {
};
__decorate([
    PrimaryColumn({ ...name(64), primaryKeyConstraintName: 'signing_key_pk' })
], SigningKey.prototype, "kid", void 0);
__decorate([
    Column(name(10))
], SigningKey.prototype, "algorithm", void 0);
__decorate([
    Column(name(10))
], SigningKey.prototype, "state", void 0);
__decorate([
    Column(longText)
], SigningKey.prototype, "publicJwk", void 0);
__decorate([
    Column(longText)
], SigningKey.prototype, "sealedPrivateKey", void 0);
__decorate([
    Column(whole)
], SigningKey.prototype, "createdAt", void 0);
__decorate([
    Column(orNull(whole))
], SigningKey.prototype, "activatedAt", void 0);
__decorate([
    Column(orNull(whole))
], SigningKey.prototype, "retiredAt", void 0);
__decorate([
    Column(orNull(whole))
], SigningKey.prototype, "activatesAt", void 0);
__decorate([
    Column(orNull(whole))
], SigningKey.prototype, "revokedAt", void 0);
SigningKey = __decorate([
    Entity('signing_key')
], SigningKey);
export { SigningKey };
/** A random secret of ours by purpose and version: what refresh tokens and device tokens are signed with. */
let SealedSecret = class SealedSecret {
};
__decorate([
    PrimaryColumn({ ...name(20), primaryKeyConstraintName: 'sealed_secret_pk' })
], SealedSecret.prototype, "purpose", void 0);
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'sealed_secret_pk' })
], SealedSecret.prototype, "version", void 0);
__decorate([
    Column(longText)
], SealedSecret.prototype, "sealed", void 0);
__decorate([
    Column(whole)
], SealedSecret.prototype, "createdAt", void 0);
SealedSecret = __decorate([
    Entity('sealed_secret')
], SealedSecret);
export { SealedSecret };
//# sourceMappingURL=key.js.map
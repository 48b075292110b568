var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { name, whole } from './columns.js';
/** The last number given out, by name. User ids come from here, so that none is ever given out twice. */
let LastNumber = class LastNumber {
};
__decorate([
    PrimaryColumn({ ...name(20), primaryKeyConstraintName: 'last_number_pk' })
], LastNumber.prototype, "name", void 0);
__decorate([
    Column(whole)
], LastNumber.prototype, "value", void 0);
LastNumber = __decorate([
    Entity('last_number')
], LastNumber);
export { LastNumber };
//# sourceMappingURL=number.js.map
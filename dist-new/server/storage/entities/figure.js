var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { name, whole } from './columns.js';
const primary = { primaryKeyConstraintName: 'figure_pk' };
/** How often something happened in a minute or an hour, or how much there was at its end: see policy/figures.ts. */
let Figure = class Figure {
};
__decorate([
    PrimaryColumn({ ...name(6), ...primary })
], Figure.prototype, "grain", void 0);
__decorate([
    PrimaryColumn({ ...whole, ...primary })
], Figure.prototype, "beginsAt", void 0);
__decorate([
    PrimaryColumn({ ...name(20), ...primary })
], Figure.prototype, "name", void 0);
__decorate([
    Column(whole)
], Figure.prototype, "value", void 0);
Figure = __decorate([
    Entity('figure')
], Figure);
export { Figure };
//# sourceMappingURL=figure.js.map
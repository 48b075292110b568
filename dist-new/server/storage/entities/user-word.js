var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Entity, Index, PrimaryColumn } from 'typeorm';
import { name, whole } from './columns.js';
/** What somebody is found by (policy/search-words.ts). */
let UserWord = class UserWord {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_word_pk' })
], UserWord.prototype, "userId", void 0);
__decorate([
    PrimaryColumn({ ...name(190), primaryKeyConstraintName: 'user_word_pk' })
], UserWord.prototype, "word", void 0);
UserWord = __decorate([
    Entity('user_word'),
    Index('user_word_word', ['word', 'userId'])
], UserWord);
export { UserWord };
//# sourceMappingURL=user-word.js.map
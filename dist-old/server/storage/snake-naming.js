import { DefaultNamingStrategy } from 'typeorm';
/** `endedAt` in code is `ended_at` in the table. */
export class SnakeNaming extends DefaultNamingStrategy {
    columnName(propertyName, customName) {
        return customName || propertyName.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
    }
}
//# sourceMappingURL=snake-naming.js.map
// The naming strategy of TypeORM for migrations and entities: camelCase properties, snake_case columns.
import { DefaultNamingStrategy } from 'typeorm'

/** Column names of TypeORM: `endedAt` in code is `ended_at` in the table. */
export class SnakeNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName || propertyName.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
  }
}

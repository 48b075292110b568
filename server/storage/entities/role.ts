import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { flag, longText, name, whole } from './columns.js'

@Entity('role')
export class Role {
  @PrimaryColumn({ ...name(40), primaryKeyConstraintName: 'role_pk' }) name!: string
  /** JSON array. */
  @Column(longText) permissions!: string
  @Column(flag) builtIn!: boolean
}

@Entity('user_role')
@Index('user_role_holder', ['roleName', 'userId'])
export class UserRole {
  @PrimaryColumn({ ...whole, primaryKeyConstraintName: 'user_role_pk' }) userId!: number
  @PrimaryColumn({ ...name(40), primaryKeyConstraintName: 'user_role_pk' }) roleName!: string
}

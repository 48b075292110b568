import type { MigrationInterface, QueryRunner } from 'typeorm'
import { type Indices, moveIndices } from './indices.js'

/** Indices on one user's open sessions and devices in the order of their lists, to read very many in pieces. */
const added: Indices = {
  session: { session_user: ['user_id', 'ended_at', 'created_at', 'id'] },
  device: { device_user_open: ['user_id', 'ended_at', 'first_seen_at', 'id'] },
}

const replaced: Indices = { session: { session_user: ['user_id', 'ended_at'] } }

export class OpenOfOne1764900000000 implements MigrationInterface {
  name = 'OpenOfOne1764900000000'

  async up(runner: QueryRunner): Promise<void> {
    await moveIndices(runner, { from: replaced, to: added })
  }

  async down(runner: QueryRunner): Promise<void> {
    await moveIndices(runner, { from: added, to: replaced })
  }
}

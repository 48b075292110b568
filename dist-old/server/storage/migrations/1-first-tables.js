import { createTable, engineTypes, orNull, text, uuid, varchar, whole } from './columns.js';
export class FirstTables1764000000000 {
    constructor() {
        this.name = 'FirstTables1764000000000';
    }
    async up(runner) {
        const { flag, small } = engineTypes(runner);
        const create = (name, primary, columns, indices = []) => createTable(runner, name, primary, columns, indices);
        await create('user', ['id'], {
            id: whole,
            username: varchar(150),
            username_key: orNull(varchar(150)),
            password_hash: varchar(255),
            first_name: varchar(150),
            last_name: varchar(150),
            email: varchar(254),
            active: flag,
            permissions: text,
            ended_seq: whole,
            last_login_at: orNull(whole),
            password_changed_at: whole,
            created_at: whole,
            deleted_at: orNull(whole),
        }, [
            { name: 'user_username_key', columnNames: ['username_key'], isUnique: true },
            { name: 'user_email', columnNames: ['email'] },
        ]);
        await create('role', ['name'], { name: varchar(40), permissions: text, built_in: flag });
        await create('user_role', ['user_id', 'role_name'], { user_id: whole, role_name: varchar(40) }, [
            { name: 'user_role_role', columnNames: ['role_name'] },
        ]);
        await create('application', ['id'], {
            id: varchar(100),
            name: varchar(150),
            active: flag,
            ended_seq: whole,
            created_at: whole,
        });
        await create('device', ['id'], {
            id: uuid,
            user_id: whole,
            client_device: orNull(varchar(128)),
            name: varchar(150),
            browser: varchar(60),
            platform: varchar(60),
            user_agent: varchar(512),
            address: varchar(45),
            first_seen_at: whole,
            last_seen_at: whole,
            ended_at: orNull(whole),
        }, [
            { name: 'device_user', columnNames: ['user_id'] },
            { name: 'device_client_device', columnNames: ['user_id', 'client_device'], isUnique: true },
        ]);
        await create('session', ['id'], {
            id: uuid,
            user_id: whole,
            device_id: uuid,
            application_id: varchar(100),
            seq: whole,
            generation: whole,
            rotated_at: whole,
            expires_at: whole,
            refresh_key_version: small,
            rotation: varchar(24),
            window_from: whole,
            window_started_at: whole,
            older_from: whole,
            older_started_at: whole,
            authenticated_at: whole,
            created_at: whole,
            last_seen_at: whole,
            address: varchar(45),
            ended_at: orNull(whole),
            ended_reason: orNull(varchar(40)),
            ended_by: orNull(varchar(190)),
        }, [
            { name: 'session_user', columnNames: ['user_id', 'ended_at'] },
            { name: 'session_device', columnNames: ['device_id', 'application_id'] },
            { name: 'session_ended', columnNames: ['ended_at', 'created_at'] },
        ]);
        await create('revocation', ['seq'], {
            seq: whole,
            kind: varchar(12),
            subject: varchar(190),
            effect: varchar(8),
            except_sid: orNull(uuid),
            reason: varchar(60),
            actor: varchar(190),
            created_at: whole,
            expires_at: whole,
        }, [{ name: 'revocation_expires', columnNames: ['expires_at'] }]);
        await create('log_head', ['id'], {
            id: small,
            log_id: varchar(16),
            seq: whole,
            ended_seq: whole,
            horizon: whole,
            access_lifetime: small,
            policy_version: small,
            key_version: small,
        });
        await create('heartbeat', ['id'], {
            id: small,
            outage_started_at: whole,
            outage_ended_at: whole,
            beat_at: whole,
        });
        await create('signing_key', ['kid'], {
            kid: varchar(64),
            algorithm: varchar(10),
            state: varchar(10),
            public_jwk: text,
            sealed_private_key: text,
            created_at: whole,
            activated_at: orNull(whole),
            retired_at: orNull(whole),
        });
        await create('sealed_secret', ['purpose', 'version'], {
            purpose: varchar(20),
            version: small,
            sealed: text,
            created_at: whole,
        });
        await create('policy_version', ['version'], {
            version: small,
            policy: text,
            actor: varchar(190),
            reason: varchar(255),
            created_at: whole,
        });
        await create('incident', ['id'], {
            id: uuid,
            session_id: uuid,
            user_id: whole,
            presented_generation: whole,
            present_generation: whole,
            address: varchar(45),
            user_agent: varchar(512),
            request_id: varchar(64),
            created_at: whole,
        }, [{ name: 'incident_user', columnNames: ['user_id'] }]);
        await create('last_number', ['name'], { name: varchar(20), value: whole });
    }
    async down(runner) {
        for (const table of [
            'last_number',
            'incident',
            'policy_version',
            'sealed_secret',
            'signing_key',
            'heartbeat',
            'log_head',
            'revocation',
            'session',
            'device',
            'application',
            'user_role',
            'role',
            'user',
        ]) {
            await runner.dropTable(table, true);
        }
    }
}
//# sourceMappingURL=1-first-tables.js.map
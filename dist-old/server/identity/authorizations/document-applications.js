import { isDocumentId, isOfListedHost, readClientDocument, takesDocumentsOf, withOurs, } from '../../policy/client-document.js';
import { refuse } from '../../protocol/errors.js';
import { canonical } from '../../protocol/json.js';
import { isDuplicate } from '../../storage/database.js';
import { auditedChange, auditedWhole } from '../applications/audited.js';
export function createDocumentApplications(deps) {
    const { clientDocuments, applications, applicationStore, applicationWriting, signingKeys, policy } = deps;
    const { changes, documentQuota, now } = deps;
    function read(id, document) {
        const scopes = applications.resourceServers().flatMap(one => one.resourceScopes.map(({ name }) => name));
        return readClientDocument(id, document, { algorithms: signingKeys.activeAlgorithms(), scopes, policy: policy() });
    }
    const rowOf = (id, described, before) => {
        const { name, kind } = described;
        const metadata = withOurs(described.metadata, before?.metadata ?? {});
        if (before)
            return { ...before, name, kind, metadata };
        const nothing = { resource: null, resourceScopes: [], registrationTokenHash: null, deletedAt: null };
        return {
            id,
            name,
            kind,
            metadata,
            origin: 'document',
            active: true,
            version: 0,
            endedSeq: 0,
            createdAt: now(),
            ...nothing,
        };
    };
    /** With what its document says now. */
    async function find(id, address) {
        const before = await applications.meet(id);
        if (before ? before.origin !== 'document' : !isDocumentId(id))
            return before;
        // Nobody is asked for one that an administrator has shut out.
        if (before?.active === false)
            return before;
        if (!takesDocumentsOf(policy(), id))
            return undefined;
        const publicAlone = !isOfListedHost(policy(), id);
        const described = await clientDocuments.find({ id, address, isKnown: before !== undefined, publicAlone, read });
        return rowOf(id, described, before);
    }
    async function write(tx, change, wanted) {
        const { id, name, kind } = wanted;
        await applicationStore.lock(tx, id);
        const before = await applicationStore.find(tx, id);
        if (!before) {
            change.note({ action: 'application_created', subject: id, after: auditedWhole(wanted) });
            return applicationWriting.insert(tx, wanted);
        }
        if (!before.active || before.origin !== 'document')
            throw refuse('unknown_application');
        const after = { ...before, name, kind, metadata: withOurs(wanted.metadata, before.metadata) };
        const told = auditedChange(before, after);
        if (told === null)
            return;
        // Whoever holds its tokens proves to be it anew (§8.4.1).
        if (proofOf(before) !== proofOf(after))
            await change.record('secret_rotated', { subject: id });
        change.note({ action: 'application_changed', subject: id, ...told });
        await applicationWriting.change(tx, change, id, { name, kind, metadata: after.metadata });
    }
    return {
        /**
         * @param address of whoever asks; '' where nobody knows
         * @returns undefined where there is none, or none is taken from there
         * @throws client_document_unavailable, client_document_invalid, too_many_from_network, database_unavailable
         */
        find,
        /**
         * Writes it down as it is described now, for somebody who lets it in; others are left alone.
         * @throws what `find` does, unknown_application, too_many_requests, what `changes.run` throws
         */
        async keep(id, userId, address, actor) {
            if (!isDocumentId(id))
                return;
            const wanted = await find(id, address);
            if (!wanted)
                throw refuse('unknown_application');
            const held = applications.find(id);
            if (wanted.origin !== 'document' || (held && auditedChange(held, wanted) === null))
                return;
            await documentQuota(String(userId));
            try {
                await changes.run(actor, (tx, change) => write(tx, change, wanted));
            }
            catch (error) {
                if (!isDuplicate(error))
                    throw error;
                await changes.run(actor, (tx, change) => write(tx, change, wanted));
            }
            await applications.load([id]);
        },
    };
}
const proofOf = ({ metadata }) => canonical([metadata.token_endpoint_auth_method, metadata.jwks ?? null, metadata.jwks_uri ?? null]);
//# sourceMappingURL=document-applications.js.map
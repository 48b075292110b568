export function createShownProofs({ issuer, proofs }) {
    return {
        /**
         * Read once a request, however often it is judged: a body can be held back for longer than a proof is good.
         * @param token that is shown with it
         * @returns null without the header; two of them are one that nobody can read (§4.3, 1)
         * @throws invalid_dpop_proof, use_dpop_nonce, clock_jumped
         */
        async of(ctx, token) {
            const text = ctx.get('DPoP');
            // §4.3, 9: our own address, whatever a proxy or the sender says in `Host`.
            const request = { method: ctx.method, url: `${issuer}${ctx.path}`, ...(token !== undefined && { token }) };
            if (text === '')
                ctx.state.proof = null;
            if (ctx.state.proof !== undefined)
                return ctx.state.proof;
            // §8.2: with whatever is answered, so that the next proof holds one that is good.
            const nonce = proofs.nonce();
            if (nonce !== null)
                ctx.set('DPoP-Nonce', nonce);
            ctx.state.proof = await proofs.read(text, request);
            return ctx.state.proof;
        },
    };
}
//# sourceMappingURL=shown-proofs.js.map
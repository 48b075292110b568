/**
 * @param browser null: nobody is signed in with it
 * @param consent of the person with the browser
 */
export function nextStep(request, browser, consent) {
    const step = pageFor(request, browser, consent);
    if (!request.prompt.includes('none'))
        return step;
    // OpenID Connect Core §3.1.2.6: no page is shown, whatever for.
    switch (step.step) {
        case 'sign_in':
            return { step: 'error', error: 'login_required' };
        case 'new_password':
            return { step: 'error', error: 'interaction_required' };
        case 'not_allowed':
            return { step: 'error', error: 'access_denied' };
        case 'consent':
            return { step: 'error', error: 'consent_required' };
        default:
            return step;
    }
}
function pageFor(request, browser, consent) {
    if (!browser)
        return { step: 'sign_in', why: 'nobody' };
    const why = whyAgain(request, browser);
    if (why)
        return { step: 'sign_in', why };
    if (browser.mustChangePassword)
        return { step: 'new_password' };
    if (!browser.mayUse)
        return { step: 'not_allowed' };
    const asks = consent.asksAlways || request.prompt.includes('consent') || !consent.isCovered;
    return asks && !consent.isFirstParty ? { step: 'consent' } : { step: 'answer' };
}
function whyAgain({ prompt, maxAge, hintedSub, beganAt }, browser) {
    const { authenticatedAt } = browser;
    if (hintedSub !== undefined && hintedSub !== browser.sub)
        return 'other_person';
    if (browser.seq < browser.applicationEndedSeq)
        return 'ended';
    if (browser.endedHereAt !== null && browser.endedHereAt >= authenticatedAt)
        return 'ended';
    // Whoever signed in since is not asked a second time.
    if (authenticatedAt >= beganAt)
        return null;
    if (prompt.includes('login') || prompt.includes('select_account'))
        return 'asked';
    return maxAge !== undefined && beganAt - authenticatedAt > maxAge * 1_000 ? 'too_long_ago' : null;
}
//# sourceMappingURL=authorization.js.map
// Submits the authorization response (form_post) to the application at once; without JavaScript the user presses the button.
document.getElementById('form-post')?.submit()

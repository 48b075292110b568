// Sends the answer to the application at once; where scripts are off the person presses the button.
document.getElementById('form-post')?.submit()

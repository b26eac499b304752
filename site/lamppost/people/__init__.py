"""Those who sign in to the panels: invitations, second factor, sessions."""

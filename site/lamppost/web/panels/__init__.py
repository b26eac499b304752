"""The panels under /admin/, one blueprint per room."""

// Files as the desk tells of them, for the tests.
export const FILE = { id: "file-1", name: "invoice.pdf", media_type: "application/pdf", size_bytes: 2_048 };
export const PHOTO = { id: "file-2", name: "wall.png", media_type: "image/png", size_bytes: 4_096 };

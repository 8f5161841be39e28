//! The playground of the book in a browser: `tests/browser`.

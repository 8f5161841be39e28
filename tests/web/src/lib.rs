//! The tests are in `tests/`: they run in node.

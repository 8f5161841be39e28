//! Only its tests count: `tests/ui.rs` runs every case in `cases/`.

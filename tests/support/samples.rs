//! The structures that come with the program.

use std::path::{Path, PathBuf};

pub fn sample(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals").join(file)
}

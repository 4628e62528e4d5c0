//! Paths in JSON, whose strings are Unicode while names of files need not be.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// A path as the fields of the object that it is flattened into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonPath {
    /// What is not Unicode is replaced.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// There, and false, where something was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_is_exact: Option<bool>,
}

impl From<PathBuf> for JsonPath {
    fn from(path: PathBuf) -> Self {
        let path_is_exact = path.to_str().is_none().then_some(false);
        Self { path, path_is_exact }
    }
}

/// Writes a path as text, with marks in place of what is not Unicode.
///
/// # Errors
/// Those of the serializer.
pub fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn any_name_can_be_told() {
        let told = |name: &[u8]| {
            let path = PathBuf::from(std::ffi::OsStr::from_bytes(name));
            serde_json::to_value(JsonPath::from(path)).unwrap()
        };
        assert_eq!(told("a/ü.jpg".as_bytes()), serde_json::json!({ "path": "a/ü.jpg" }));
        let replaced = serde_json::json!({ "path": "a/\u{fffd}.jpg", "path_is_exact": false });
        assert_eq!(told(b"a/\xff.jpg"), replaced);
    }
}

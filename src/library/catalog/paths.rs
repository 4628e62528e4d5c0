//! Paths as bytes that give the same path back, whatever is in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The bytes to keep of a path.
#[cfg(unix)]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

/// The path that such bytes were made from.
#[cfg(unix)]
pub(super) fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// No UTF-8 text begins so: after it come 16-bit units of a name that is no Unicode.
#[cfg(not(unix))]
const UNITS: u8 = 0xff;

/// The bytes to keep of a path: UTF-8, or 16-bit units where the name is no Unicode.
#[cfg(not(unix))]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    match path.to_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => std::iter::once(UNITS).chain(units(path.as_os_str())).collect(),
    }
}

/// The path that such bytes were made from.
#[cfg(not(unix))]
pub(super) fn from_bytes(bytes: &[u8]) -> PathBuf {
    match bytes {
        [UNITS, units @ ..] => from_units(units),
        text => PathBuf::from(String::from_utf8_lossy(text).into_owned()),
    }
}

#[cfg(windows)]
fn units(name: &OsStr) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt as _;
    name.encode_wide().flat_map(u16::to_le_bytes).collect()
}

#[cfg(windows)]
fn from_units(bytes: &[u8]) -> PathBuf {
    use std::os::windows::ffi::OsStringExt as _;
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    PathBuf::from(std::ffi::OsString::from_wide(&units))
}

#[cfg(not(any(unix, windows)))]
fn units(name: &OsStr) -> Vec<u8> {
    name.to_string_lossy().encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(not(any(unix, windows)))]
fn from_units(bytes: &[u8]) -> PathBuf {
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    PathBuf::from(String::from_utf16_lossy(&units))
}

/// The name as text; what is no Unicode becomes a replacement mark.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
}

/// The folder as text with slashes, without one at the ends; empty for the root.
pub(super) fn folder(path: &Path) -> String {
    let parent = path.parent().unwrap_or(Path::new(""));
    let parts: Vec<_> = parent.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

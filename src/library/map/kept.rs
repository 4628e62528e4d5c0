//! Places as they are kept on disk: a map that is opened again looks as it did.
//!
//! A file is a mark with the version, for each picture its row and its place (12 bytes, lowest byte first), and a checksum
//! of all before it. One that is damaged or of another version is none: then the map is laid out anew.

use crate::library::RowId;

/// The file's beginning; another number for a layout that would not continue these places.
const MARK: &[u8; 8] = b"vtrmap\x01\n";
const ENTRY: usize = 12;
const CHECKSUM: usize = 16;

/// The content of a file.
#[must_use]
pub fn to_bytes(places: &[(RowId, [f32; 2])]) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    for (row, [x, y]) in places {
        bytes.extend(row.0.to_le_bytes());
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes().iter().take(CHECKSUM));
    bytes
}

/// What [`to_bytes`] wrote; `None` when these are other bytes.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<(RowId, [f32; 2])>> {
    let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    let (entries, rest) = content.strip_prefix(MARK)?.as_chunks::<ENTRY>();
    if !rest.is_empty() || blake3::hash(content).as_bytes().get(..CHECKSUM)? != checksum {
        return None;
    }
    let place = |[a, b, c, d, e, f, g, h, i, j, k, l]: &[u8; ENTRY]| {
        let row = RowId(u32::from_le_bytes([*a, *b, *c, *d]));
        (row, [f32::from_le_bytes([*e, *f, *g, *h]), f32::from_le_bytes([*i, *j, *k, *l])])
    };
    Some(entries.iter().map(place).filter(|(_, place)| place.iter().all(|axis| axis.is_finite())).collect())
}

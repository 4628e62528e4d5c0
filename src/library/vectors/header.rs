//! The head of a file of vectors: whose they are. It stands there twice.

use super::VectorError;
use std::path::Path;

/// Bytes of one copy.
const COPY_BYTES: usize = 128;
/// Bytes before the first block.
pub const HEADER_BYTES: u64 = 2 * COPY_BYTES as u64;
const MAGIC: [u8; 8] = *b"VTRvectr";
const FORMAT: u32 = 1;
const LONGEST_NAME: usize = 64;
const MOST_DIMENSIONS: usize = 65_536;

/// Whose vectors a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// Its name.
    pub name: String,
    /// Version of the descriptor or model.
    pub version: u32,
    /// Numbers in a row.
    pub dimensions: usize,
}

impl Space {
    /// Checked.
    pub fn new(name: &str, version: u32, dimensions: usize) -> Result<Self, VectorError> {
        let is_good = (1..=LONGEST_NAME).contains(&name.len()) && (1..=MOST_DIMENSIONS).contains(&dimensions);
        let space = Self { name: name.to_owned(), version, dimensions };
        is_good.then_some(space).ok_or(VectorError::BadSpace)
    }

    fn in_words(&self) -> String {
        format!("“{}” version {} with {} dimensions", self.name, self.version, self.dimensions)
    }
}

/// A file's head: the space, and a tag that no other file has, so that a replaced file is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose vectors they are.
    pub space: Space,
    /// The file's own number.
    pub tag: u64,
}

impl Header {
    /// As bytes, [`HEADER_BYTES`] of them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut copy = Vec::with_capacity(COPY_BYTES);
        copy.extend_from_slice(&MAGIC);
        copy.extend_from_slice(&FORMAT.to_le_bytes());
        copy.extend_from_slice(&self.space.version.to_le_bytes());
        copy.extend_from_slice(&(self.space.dimensions as u32).to_le_bytes());
        copy.extend_from_slice(&(self.space.name.len() as u32).to_le_bytes());
        copy.extend_from_slice(&self.tag.to_le_bytes());
        copy.extend_from_slice(self.space.name.as_bytes());
        copy.resize(COPY_BYTES - 16, 0);
        copy.extend_from_slice(&checksum::<16>(&[&copy]));
        copy.extend_from_within(..);
        copy
    }

    /// From a file's first bytes, for the space that is asked for.
    ///
    /// # Errors
    /// [`VectorError::OtherSpace`], [`VectorError::Newer`], [`VectorError::Damaged`].
    pub fn read(bytes: &[u8], wanted: &Space, path: &Path) -> Result<Self, VectorError> {
        let copies = bytes.get(..HEADER_BYTES as usize).unwrap_or_default().chunks_exact(COPY_BYTES);
        let Some(copy) = copies.into_iter().find(|copy| is_intact(copy)) else {
            return Err(VectorError::Damaged(path.to_owned()));
        };
        match u32_at(copy, 8) {
            Some(FORMAT) => {}
            Some(format) => return Err(VectorError::Newer { format, path: path.to_owned() }),
            None => return Err(VectorError::Damaged(path.to_owned())),
        }
        let header = Self::parse(copy).ok_or_else(|| VectorError::Damaged(path.to_owned()))?;
        if header.space != *wanted {
            let (found, wanted) = (header.space.in_words(), wanted.in_words());
            return Err(VectorError::OtherSpace { found, wanted, path: path.to_owned() });
        }
        Ok(header)
    }

    fn parse(copy: &[u8]) -> Option<Self> {
        let length = u32_at(copy, 20)? as usize;
        let name = str::from_utf8(copy.get(32..32 + length.min(LONGEST_NAME))?).ok()?;
        let space = Space::new(name, u32_at(copy, 12)?, u32_at(copy, 16)? as usize).ok()?;
        Some(Self { space, tag: u64_at(copy, 24)? })
    }
}

fn is_intact(copy: &[u8]) -> bool {
    let Some((content, sum)) = copy.split_at_checked(COPY_BYTES - 16) else { return false };
    content.starts_with(&MAGIC) && checksum::<16>(&[content]) == sum
}

/// The first bytes of BLAKE3 over all parts.
pub fn checksum<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let mut sum = [0; N];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

/// A number at a place.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// A number at a place.
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}

//! A block: the rows that one flush made durable.
//!
//! `head · ids · vectors · ids again · foot`, each part padded to 64 bytes. The ids are those of the rows, then those that
//! are struck out. Head and foot say the same; so one damaged place never hides which rows are concerned. The head counts
//! how many earlier rows were superseded up to and with its block: when a whole block is lost, the next one tells whether
//! it had made older rows void.

use super::header::{checksum, u32_at, u64_at};

/// Every part begins at a multiple of this.
pub const ALIGNMENT: u64 = 64;
/// Bytes of head and foot.
pub const HEAD_BYTES: u64 = 64;
const HEAD_MAGIC: [u8; 8] = *b"VTRblock";
const FOOT_MAGIC: [u8; 8] = *b"VTRbkend";

/// What head and foot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Rows in the block.
    pub rows: u32,
    /// Ids struck out.
    pub removed: u32,
    /// Number of the block in its file, from 0.
    pub number: u32,
    /// How many ids with an earlier row it replaces or strikes out.
    pub supersedes: u32,
    /// The same, summed over all blocks up to and with this one.
    pub superseded_so_far: u64,
    ids_sum: [u8; 8],
    vectors_sum: [u8; 16],
}

/// Which end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Before it.
    Head,
    /// Behind it.
    Foot,
}

/// Where the parts of a block are, in bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes of ids without padding.
    pub id_bytes: u64,
    /// First byte of the vectors.
    pub vectors: u64,
    /// Their bytes without padding.
    pub vector_bytes: u64,
    /// First byte of the second ids.
    pub ids_again: u64,
    /// First byte of the foot.
    pub foot: u64,
    /// Bytes of the whole block.
    pub total: u64,
}

impl Layout {
    fn new(rows: u32, removed: u32, dimensions: usize) -> Self {
        let id_bytes = 4 * (u64::from(rows) + u64::from(removed));
        let vector_bytes = 2 * u64::from(rows) * dimensions as u64;
        let vectors = HEAD_BYTES + padded(id_bytes);
        let ids_again = vectors + padded(vector_bytes);
        let foot = ids_again + padded(id_bytes);
        Self { id_bytes, vectors, vector_bytes, ids_again, foot, total: foot + HEAD_BYTES }
    }
}

fn padded(bytes: u64) -> u64 {
    bytes.next_multiple_of(ALIGNMENT)
}

/// What goes into a block.
pub struct Content<'a> {
    /// Ids of the rows, then those struck out.
    pub ids: &'a [u32],
    /// How many of `ids` are rows.
    pub rows: usize,
    /// All rows, one after the other, as bits of half precision.
    pub vectors: &'a [u16],
    /// See [`Head::number`].
    pub number: u32,
    /// See [`Head::supersedes`].
    pub supersedes: u32,
    /// See [`Head::superseded_so_far`].
    pub superseded_so_far: u64,
}

impl Content<'_> {
    /// As bytes of a file with this tag, and where the vectors are among them.
    pub fn to_bytes(&self, tag: u64, dimensions: usize) -> (Vec<u8>, Layout) {
        let ids: &[u8] = bytemuck::cast_slice(self.ids);
        let vectors: &[u8] = bytemuck::cast_slice(self.vectors);
        let head = Head {
            rows: self.rows as u32,
            removed: (self.ids.len() - self.rows) as u32,
            number: self.number,
            supersedes: self.supersedes,
            superseded_so_far: self.superseded_so_far,
            ids_sum: checksum(&[ids]),
            vectors_sum: checksum(&[vectors]),
        };
        let layout = head.layout(dimensions);
        let mut bytes = Vec::with_capacity(layout.total as usize);
        bytes.extend_from_slice(&head.to_bytes(End::Head, tag));
        for part in [ids, vectors, ids] {
            bytes.extend_from_slice(part);
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT as usize), 0);
        }
        bytes.extend_from_slice(&head.to_bytes(End::Foot, tag));
        (bytes, layout)
    }
}

impl Head {
    fn to_bytes(self, end: End, tag: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES as usize);
        bytes.extend_from_slice(if end == End::Head { &HEAD_MAGIC } else { &FOOT_MAGIC });
        for number in [self.rows, self.removed, self.number, self.supersedes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.superseded_so_far.to_le_bytes());
        bytes.extend_from_slice(&self.ids_sum);
        bytes.extend_from_slice(&self.vectors_sum);
        let sum = checksum::<8>(&[&bytes, &tag.to_le_bytes()]);
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// Reads a head or foot; `None` when there is none.
    pub fn read(bytes: &[u8], at: u64, end: End, tag: u64) -> Option<Self> {
        let bytes = bytes.get(at as usize..)?.get(..HEAD_BYTES as usize)?;
        if !bytes.starts_with(if end == End::Head { &HEAD_MAGIC } else { &FOOT_MAGIC }) {
            return None;
        }
        let (content, sum) = bytes.split_at_checked(HEAD_BYTES as usize - 8)?;
        if checksum::<8>(&[content, &tag.to_le_bytes()]) != sum {
            return None;
        }
        Some(Self {
            rows: u32_at(content, 8)?,
            removed: u32_at(content, 12)?,
            number: u32_at(content, 16)?,
            supersedes: u32_at(content, 20)?,
            superseded_so_far: u64_at(content, 24)?,
            ids_sum: *content.get(32..)?.first_chunk()?,
            vectors_sum: *content.get(40..)?.first_chunk()?,
        })
    }

    /// Where the parts of its block are.
    pub fn layout(&self, dimensions: usize) -> Layout {
        Layout::new(self.rows, self.removed, dimensions)
    }

    /// The ids of a block that begins at `at`; `None` when both copies are damaged.
    pub fn ids(&self, bytes: &[u8], at: u64, dimensions: usize) -> Option<Vec<u32>> {
        let layout = self.layout(dimensions);
        let copies = [HEAD_BYTES, layout.ids_again].map(|from| part(bytes, at + from, layout.id_bytes));
        let intact = copies.into_iter().flatten().find(|ids| checksum::<8>(&[ids]) == self.ids_sum)?;
        Some(intact.as_chunks::<4>().0.iter().map(|id| u32::from_le_bytes(*id)).collect())
    }

    /// Whether the vectors of a block that begins at `at` are as they were written.
    pub fn vectors_are_intact(&self, bytes: &[u8], at: u64, dimensions: usize) -> bool {
        let layout = self.layout(dimensions);
        part(bytes, at + layout.vectors, layout.vector_bytes)
            .is_some_and(|vectors| checksum::<16>(&[vectors]) == self.vectors_sum)
    }
}

fn part(bytes: &[u8], from: u64, length: u64) -> Option<&[u8]> {
    bytes.get(usize::try_from(from).ok()?..)?.get(..usize::try_from(length).ok()?)
}

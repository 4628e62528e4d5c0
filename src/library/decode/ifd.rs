//! TIFF's directories, as far as pictures need them: EXIF blocks, raw files and TIFF itself.
//!
//! Offsets come from the file and may point anywhere, also back: every directory is read once, and only so many.

use std::ops::Range;

/// Directories read at most.
const MOST_DIRECTORIES: usize = 40;
/// Entries of a directory read at most.
const MOST_ENTRIES: usize = 1024;
/// Numbers of an entry read at most.
const MOST_NUMBERS: usize = 1 << 16;

/// The tags used here, by the names of the standards.
pub mod tag {
    pub const IMAGE_WIDTH: u16 = 256;
    pub const IMAGE_LENGTH: u16 = 257;
    pub const BITS_PER_SAMPLE: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES_PER_PIXEL: u16 = 277;
    pub const STRIP_BYTE_COUNTS: u16 = 279;
    pub const COLOR_MAP: u16 = 320;
    pub const SUB_IFDS: u16 = 330;
    pub const EXTRA_SAMPLES: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_OFFSET: u16 = 513;
    pub const JPEG_LENGTH: u16 = 514;
    pub const EXIF_IFD: u16 = 34665;
    pub const DEFAULT_CROP_SIZE: u16 = 50720;
    /// Panasonic.
    pub const JPG_FROM_RAW: u16 = 46;
    pub const SENSOR_TOP_BORDER: u16 = 4;
    pub const SENSOR_LEFT_BORDER: u16 = 5;
    pub const SENSOR_BOTTOM_BORDER: u16 = 6;
    pub const SENSOR_RIGHT_BORDER: u16 = 7;
}

/// A TIFF, or the first part of one.
#[derive(Clone, Copy, Debug)]
pub struct Tiff<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    is_big_endian: bool,
    /// With offsets of eight bytes.
    is_big: bool,
}

/// One directory.
#[derive(Clone, Debug)]
pub struct Directory<'a> {
    tiff: Tiff<'a>,
    entries: Vec<Entry>,
    next: u64,
    /// How it was reached: in the chain from the first on, or from an entry of another directory.
    pub chain_index: Option<usize>,
}

#[derive(Clone, Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    values: Range<usize>,
    value_at: usize,
    length: usize,
}

impl<'a> Tiff<'a> {
    /// `None` when the first bytes are not those of a TIFF or of a raw format built like it.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let (is_big_endian, is_big) = match bytes {
            [b'I', b'I', b'*' | b'U', 0, ..] | [b'I', b'I', b'R', b'O' | b'S', ..] => (false, false),
            [b'M', b'M', 0, b'*', ..] | [b'M', b'M', b'O', b'R', ..] => (true, false),
            [b'I', b'I', b'+', 0, ..] => (false, true),
            [b'M', b'M', 0, b'+', ..] => (true, true),
            _ => return None,
        };
        Some(Self { bytes, is_big_endian, is_big })
    }

    /// All directories: the chain, and those that entries point to, each after the one that names it.
    pub fn directories(self) -> Vec<Directory<'a>> {
        let first = if self.is_big { self.number(8, 8) } else { self.number(4, 4) };
        let mut found = Vec::new();
        let mut seen = Vec::new();
        // (offset, place in the chain), next one last.
        let mut waiting: Vec<(u64, Option<usize>)> =
            first.map(|offset| (offset, Some(0))).into_iter().collect();
        while let Some((offset, chain_index)) = waiting.pop() {
            if found.len() >= MOST_DIRECTORIES || seen.contains(&offset) {
                continue;
            }
            seen.push(offset);
            let Some(directory) = self.directory(offset, chain_index) else { continue };
            if let Some(index) = chain_index
                && directory.next != 0
            {
                waiting.push((directory.next, Some(index + 1)));
            }
            for pointer in [tag::EXIF_IFD, tag::SUB_IFDS] {
                let mut below = directory.numbers(pointer);
                below.truncate(MOST_DIRECTORIES);
                waiting.extend(below.into_iter().rev().map(|offset| (offset, None)));
            }
            found.push(directory);
        }
        found
    }

    fn directory(self, offset: u64, chain_index: Option<usize>) -> Option<Directory<'a>> {
        let at = usize::try_from(offset).ok()?;
        let (count_size, entry_size, offset_size) = if self.is_big { (8, 20, 8) } else { (2, 12, 4) };
        let count = usize::try_from(self.number(at, count_size)?).ok()?.min(MOST_ENTRIES);
        let start = at.checked_add(count_size)?;
        let entries =
            (0..count).map_while(|index| self.entry(start.checked_add(index * entry_size)?)).collect();
        let next = start.checked_add(count * entry_size).and_then(|at| self.number(at, offset_size));
        Some(Directory { tiff: self, entries, next: next.unwrap_or(0), chain_index })
    }

    fn entry(self, at: usize) -> Option<Entry> {
        let size = if self.is_big { 8 } else { 4 };
        let kind = self.number(at.checked_add(2)?, 2)? as u16;
        let count = usize::try_from(self.number(at.checked_add(4)?, size)?).ok()?;
        let length = count.checked_mul(size_of_kind(kind))?;
        let inline = at.checked_add(4 + size)?;
        let value_at =
            if length <= size { inline } else { usize::try_from(self.number(inline, size)?).ok()? };
        let end = value_at.checked_add(length)?;
        Some(Entry {
            tag: self.number(at, 2)? as u16,
            kind,
            values: value_at..end.min(self.bytes.len().max(value_at)),
            value_at,
            length,
        })
    }

    fn number(self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) })
    }
}

impl<'a> Directory<'a> {
    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// Whether the tag is there.
    pub fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// The first number of a tag.
    pub fn number(&self, tag: u16) -> Option<u64> {
        let entry = self.entry(tag)?;
        self.number_at(entry, 0)
    }

    /// All numbers of a tag; those beyond the bytes at hand are left out.
    pub fn numbers(&self, tag: u16) -> Vec<u64> {
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        let count = (entry.values.len() / size_of_kind(entry.kind).max(1)).min(MOST_NUMBERS);
        (0..count).map_while(|index| self.number_at(entry, index)).collect()
    }

    fn number_at(&self, entry: &Entry, index: usize) -> Option<u64> {
        let size = size_of_kind(entry.kind);
        let at = entry.value_at.checked_add(index.checked_mul(size)?)?;
        match entry.kind {
            // A fraction, as a whole number.
            5 | 10 => Some(self.tiff.number(at, 4)? / self.tiff.number(at.checked_add(4)?, 4)?.max(1)),
            _ => (index * size < entry.length).then(|| self.tiff.number(at, size))?,
        }
    }

    /// Where the bytes of a tag are and how many there should be, at hand or not.
    pub fn place(&self, tag: u16) -> Option<(usize, usize)> {
        self.entry(tag).map(|entry| (entry.value_at, entry.length))
    }

    /// The TIFF that it belongs to.
    pub fn tiff(&self) -> Tiff<'a> {
        self.tiff
    }
}

fn size_of_kind(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

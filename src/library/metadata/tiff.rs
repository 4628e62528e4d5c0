//! The directories of a TIFF block: what EXIF is written in, and most raw files.
//!
//! A block is a tree of directories that point into it by offset. A hostile one points in circles, beyond its end, or
//! says that it has a milliard values. So each directory is read once, their number and that of their entries is
//! bounded, and a value is a slice of the block or nothing: no size that is written in a file ever becomes an
//! allocation.

use std::borrow::Cow;

use super::rational::Rational;

/// Directories read at most.
const MOST_DIRECTORIES: usize = 24;
/// Entries read at most, in all directories.
const MOST_ENTRIES: usize = 8192;

/// What a directory is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directory {
    /// The first: the picture itself.
    Main,
    /// Shooting data.
    Exif,
    /// Where it was taken.
    Gps,
    /// Which rules the file follows.
    Interoperability,
}

/// Which byte comes first, and how long counts and offsets are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    is_big_endian: bool,
    /// BigTIFF.
    is_wide: bool,
}

/// One value or several of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    kind: u16,
    bytes: &'a [u8],
    is_big_endian: bool,
}

/// A tag with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub directory: Directory,
    pub tag: u16,
    pub value: Value<'a>,
}

/// Everything read of one block.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    /// In the order of the directories and within them.
    pub entries: Vec<Entry<'a>>,
    /// Values or directories lie beyond the end.
    pub is_cut_off: bool,
    /// Directories point in circles, or are too many.
    pub is_tangled: bool,
}

impl<'a> Block<'a> {
    /// Reads a block whose first directory is of this kind. `None` when it does not begin like one.
    pub fn read(bytes: &'a [u8], first: Directory) -> Option<Self> {
        let (layout, offset) = header(bytes)?;
        let mut block = Self::default();
        let mut seen = Vec::new();
        let mut waiting = vec![(offset, first)];
        while let Some((offset, directory)) = waiting.pop() {
            if seen.contains(&offset) || seen.len() >= MOST_DIRECTORIES {
                block.is_tangled = true;
                continue;
            }
            seen.push(offset);
            let from = block.entries.len();
            block.read_directory(bytes, layout, offset, directory);
            // Only these three lead on: the chain of further pictures (a thumbnail first) says nothing of this one.
            let below = block.entries.get(from..).unwrap_or_default().iter().filter_map(|entry| {
                let directory = match (entry.directory, entry.tag) {
                    (Directory::Main, 0x8769) => Directory::Exif,
                    (Directory::Main | Directory::Exif, 0x8825) => Directory::Gps,
                    (Directory::Exif, 0xa005) => Directory::Interoperability,
                    _ => return None,
                };
                Some((usize::try_from(entry.value.integer(0)?).ok()?, directory))
            });
            waiting.extend(below);
        }
        Some(block)
    }

    /// Adds a directory's entries.
    fn read_directory(&mut self, bytes: &'a [u8], layout: Layout, offset: usize, directory: Directory) {
        let (count_size, entry_size, inline_size) = if layout.is_wide { (8, 20, 8) } else { (2, 12, 4) };
        let Some(count) = number(bytes, offset, count_size, layout.is_big_endian) else {
            self.is_cut_off = true;
            return;
        };
        let table = bytes.get(offset + count_size..).unwrap_or_default();
        self.is_cut_off |= table.len() / entry_size < count;
        for entry in table.chunks_exact(entry_size).take(count) {
            if self.entries.len() >= MOST_ENTRIES {
                self.is_tangled = true;
                return;
            }
            let field = |at, size| number(entry, at, size, layout.is_big_endian);
            let (Some(tag), Some(kind), Some(count)) = (field(0, 2), field(2, 2), field(4, inline_size))
            else {
                return;
            };
            let value_at = 4 + inline_size;
            let Some(size) = size_of_kind(kind as u16).and_then(|size| size.checked_mul(count)) else {
                continue;
            };
            let value = if size <= inline_size {
                entry.get(value_at..value_at + size)
            } else {
                field(value_at, inline_size).and_then(|from| bytes.get(from..from.checked_add(size)?))
            };
            let Some(value) = value else {
                self.is_cut_off = true;
                continue;
            };
            let value = Value { kind: kind as u16, bytes: value, is_big_endian: layout.is_big_endian };
            self.entries.push(Entry { directory, tag: tag as u16, value });
        }
    }

    /// The first value of a tag.
    pub fn get(&self, directory: Directory, tag: u16) -> Option<Value<'a>> {
        let is_it = |entry: &&Entry<'_>| entry.directory == directory && entry.tag == tag;
        self.entries.iter().find(is_it).map(|entry| entry.value)
    }
}

impl<'a> Value<'a> {
    /// As stored.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes of text that was written as words of four bytes: turned round where they lie the wrong way.
    pub fn bytes_in_order(self) -> Cow<'a, [u8]> {
        const FIRST_OF_IPTC: u8 = 0x1c;
        let is_turned = self.kind == 4 && self.bytes.first() != Some(&FIRST_OF_IPTC);
        if is_turned {
            self.bytes.as_chunks::<4>().0.iter().flat_map(|word| word.iter().rev().copied()).collect()
        } else {
            Cow::Borrowed(self.bytes)
        }
    }

    /// Whether the block stores the high byte first.
    pub fn is_big_endian(self) -> bool {
        self.is_big_endian
    }

    /// Whether it is text, or bytes that may be.
    pub fn is_text(self) -> bool {
        matches!(self.kind, 2 | 7 | 129)
    }

    /// How many values.
    pub fn len(self) -> usize {
        size_of_kind(self.kind).map_or(0, |size| self.bytes.len() / size)
    }

    /// A whole number.
    pub fn integer(self, index: usize) -> Option<i64> {
        let size = size_of_kind(self.kind)?;
        let number = number(self.bytes, index.checked_mul(size)?, size, self.is_big_endian)?;
        match self.kind {
            1 | 3 | 4 | 7 | 13 | 16 | 18 => i64::try_from(number).ok(),
            6 => Some(i64::from(number as u8 as i8)),
            8 => Some(i64::from(number as u16 as i16)),
            9 => Some(i64::from(number as u32 as i32)),
            17 => Some(number as i64),
            _ => None,
        }
    }

    /// A fraction, or a whole number as one.
    pub fn rational(self, index: usize) -> Option<Rational> {
        let (num, den) = match self.kind {
            5 | 10 => self.pair(index)?,
            _ => (self.integer(index)?, 1),
        };
        Rational::new(num, den)
    }

    /// Numerator and denominator, which may be zero.
    pub fn pair(self, index: usize) -> Option<(i64, i64)> {
        let at = index.checked_mul(8)?;
        let half = |at| number(self.bytes, at, 4, self.is_big_endian).map(|half| half as u32);
        let (num, den) = (half(at)?, half(at.checked_add(4)?)?);
        match self.kind {
            5 => Some((i64::from(num), i64::from(den))),
            10 => Some((i64::from(num as i32), i64::from(den as i32))),
            _ => None,
        }
    }

    /// Any kind of number.
    pub fn float(self, index: usize) -> Option<f64> {
        let bits = |size: usize| number(self.bytes, index.checked_mul(size)?, size, self.is_big_endian);
        match self.kind {
            11 => Some(f64::from(f32::from_bits(bits(4)? as u32))),
            12 => Some(f64::from_bits(bits(8)? as u64)),
            _ => self.rational(index).map(Rational::value),
        }
        .filter(|value| value.is_finite())
    }
}

/// The layout and the place of the first directory. Olympus and Panasonic put marks of their own where TIFF has 42.
fn header(bytes: &[u8]) -> Option<(Layout, usize)> {
    let is_big_endian = match bytes.get(..2)? {
        b"II" => false,
        b"MM" => true,
        _ => return None,
    };
    let field = |at, size| number(bytes, at, size, is_big_endian);
    match field(2, 2)? {
        43 => Some((Layout { is_big_endian, is_wide: true }, field(8, 8)?)),
        42 | 0x4f52 | 0x5352 | 0x0055 => Some((Layout { is_big_endian, is_wide: false }, field(4, 4)?)),
        _ => None,
    }
}

/// Bytes of one value of a kind; `None` for kinds that do not exist.
fn size_of_kind(kind: u16) -> Option<usize> {
    match kind {
        // 129 is EXIF 3's UTF-8.
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

/// A number of 1 to 8 bytes.
fn number(bytes: &[u8], at: usize, size: usize, is_big_endian: bool) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    let number = if is_big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) };
    usize::try_from(number).ok()
}

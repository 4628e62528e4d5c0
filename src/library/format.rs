//! What a file is, by its content.

use std::{ffi::OsStr, fmt, path::Path};

/// A kind of picture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// WebP.
    WebP,
    /// TIFF that is no camera's raw file.
    Tiff,
    /// GIF.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// Quite OK Image.
    Qoi,
    /// Truevision TGA.
    Tga,
    /// Radiance.
    Hdr,
    /// OpenEXR.
    Exr,
    /// A camera's raw file, shown through the JPEG in it.
    Raw(RawFamily),
    /// HEIF with HEVC.
    Heic,
    /// HEIF with AV1.
    Avif,
    /// JPEG XL.
    JpegXl,
}

/// Families of raw files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RawFamily {
    /// Adobe and phones.
    Dng,
    /// Canon's TIFF.
    Cr2,
    /// Canon's ISO media file.
    Cr3,
    /// Nikon.
    Nef,
    /// Sony.
    Arw,
    /// Olympus.
    Orf,
    /// Panasonic.
    Rw2,
    /// Fujifilm.
    Raf,
    /// Pentax.
    Pef,
    /// Another one built on TIFF.
    Other,
}

impl Format {
    /// The word for `type:` and for lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Tiff => "tiff",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Qoi => "qoi",
            Self::Tga => "tga",
            Self::Hdr => "hdr",
            Self::Exr => "exr",
            Self::Raw(RawFamily::Dng) => "dng",
            Self::Raw(RawFamily::Cr2) => "cr2",
            Self::Raw(RawFamily::Cr3) => "cr3",
            Self::Raw(RawFamily::Nef) => "nef",
            Self::Raw(RawFamily::Arw) => "arw",
            Self::Raw(RawFamily::Orf) => "orf",
            Self::Raw(RawFamily::Rw2) => "rw2",
            Self::Raw(RawFamily::Raf) => "raf",
            Self::Raw(RawFamily::Pef) => "pef",
            Self::Raw(RawFamily::Other) => "raw",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::JpegXl => "jxl",
        }
    }

    /// Whether it is a camera's raw file.
    #[must_use]
    pub fn is_raw(self) -> bool {
        matches!(self, Self::Raw(_))
    }

    /// Recognises a file by its first bytes (64 KiB are plenty). TGA has no mark of its own: there, and to tell raw
    /// files from TIFF, the name's ending is asked too.
    #[must_use]
    pub fn sniff(head: &[u8], name: &OsStr) -> Option<Self> {
        match head {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'q', b'o', b'i', b'f', ..] => Some(Self::Qoi),
            [0x76, 0x2f, 0x31, 0x01, ..] => Some(Self::Exr),
            [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', b'\r', b'\n', 0x87, b'\n', ..] => {
                Some(Self::JpegXl)
            }
            [b'B', b'M', ..] if is_bitmap(head) => Some(Self::Bmp),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Self::of_media_file(head),
            [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => {
                Some(Self::Raw(RawFamily::Orf))
            }
            [b'I', b'I', b'U', 0, ..] => Some(Self::Raw(RawFamily::Rw2)),
            [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => {
                Some(RawFamily::of_tiff(head, name).map_or(Self::Tiff, Self::Raw))
            }
            _ if head.starts_with(b"FUJIFILMCCD-RAW") => Some(Self::Raw(RawFamily::Raf)),
            _ if head.starts_with(b"#?RADIANCE") || head.starts_with(b"#?RGBE") => Some(Self::Hdr),
            _ if has_ending(name, &["tga", "targa", "vda", "icb", "vst"]) && is_targa(head) => {
                Some(Self::Tga)
            }
            _ => None,
        }
    }

    /// ISO base media files name their brand, and those they are compatible with, in the first box.
    fn of_media_file(head: &[u8]) -> Option<Self> {
        let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
        let brands = head.get(8..length.min(head.len()))?.as_chunks::<4>().0;
        // The second word is the brand's version.
        let mut brands = brands.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
        brands.find_map(|brand| match brand {
            b"crx " => Some(Self::Raw(RawFamily::Cr3)),
            b"avif" | b"avis" => Some(Self::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Self::Heic),
            _ => None,
        })
    }
}

impl RawFamily {
    /// Which camera's file a TIFF is; `None` when it is an ordinary one.
    fn of_tiff(head: &[u8], name: &OsStr) -> Option<Self> {
        const MAKE: u16 = 271;
        const PHOTOMETRIC: u16 = 262;
        const COMPRESSION: u16 = 259;
        const SUB_IFDS: u16 = 330;
        const DNG_VERSION: u16 = 50706;
        const COLOUR_FILTER_ARRAY: u32 = 32803;
        if head.get(8..10) == Some(b"CR") {
            return Some(Self::Cr2);
        }
        let first = FirstDirectory::new(head)?;
        if first.value(DNG_VERSION).is_some() {
            return Some(Self::Dng);
        }
        let by_ending = [
            ("dng", Self::Dng),
            ("nef", Self::Nef),
            ("nrw", Self::Nef),
            ("arw", Self::Arw),
            ("sr2", Self::Arw),
            ("srf", Self::Arw),
            ("pef", Self::Pef),
            ("cr2", Self::Cr2),
            ("orf", Self::Orf),
            ("rw2", Self::Rw2),
            ("srw", Self::Other),
            ("3fr", Self::Other),
            ("iiq", Self::Other),
            ("erf", Self::Other),
            ("mef", Self::Other),
            ("mos", Self::Other),
            ("dcr", Self::Other),
            ("kdc", Self::Other),
            ("rwl", Self::Other),
            ("raw", Self::Other),
        ];
        if let Some((_, family)) = by_ending.iter().find(|(ending, _)| has_ending(name, &[ending])) {
            return Some(*family);
        }
        // A raw file under another name: the sensor's data lie in a directory below the first, or the first itself
        // says that it holds a colour filter array or a maker's own compression.
        let is_sensor = first.value(PHOTOMETRIC) == Some(COLOUR_FILTER_ARRAY)
            || matches!(first.value(COMPRESSION), Some(34713 | 32767 | 65535))
            || (first.value(SUB_IFDS).is_some() && first.value(254) == Some(1));
        if !is_sensor {
            return None;
        }
        let make = first.text(MAKE).unwrap_or_default().to_ascii_uppercase();
        Some(match make {
            make if make.starts_with(b"NIKON") => Self::Nef,
            make if make.starts_with(b"SONY") => Self::Arw,
            make if make.starts_with(b"PENTAX") || make.starts_with(b"RICOH") => Self::Pef,
            make if make.starts_with(b"OLYMPUS") => Self::Orf,
            _ => Self::Other,
        })
    }
}

/// The first directory of a TIFF, as far as it lies in the first bytes.
struct FirstDirectory<'a> {
    head: &'a [u8],
    entries: &'a [[u8; 12]],
    is_big_endian: bool,
}

impl<'a> FirstDirectory<'a> {
    fn new(head: &'a [u8]) -> Option<Self> {
        let is_big_endian = head.starts_with(b"MM");
        let at = word(head, 4, is_big_endian)? as usize;
        let count = half_word(head, at, is_big_endian)? as usize;
        let entries = head.get(at + 2..)?.as_chunks::<12>().0;
        Some(Self { head, entries: entries.get(..count).unwrap_or(entries), is_big_endian })
    }

    fn entry(&self, tag: u16) -> Option<&[u8; 12]> {
        self.entries.iter().find(|entry| half_word(*entry, 0, self.is_big_endian) == Some(tag))
    }

    /// The number of a tag, or where its numbers are.
    fn value(&self, tag: u16) -> Option<u32> {
        const SHORT: u16 = 3;
        let entry = self.entry(tag)?;
        if half_word(entry, 2, self.is_big_endian)? == SHORT {
            return half_word(entry, 8, self.is_big_endian).map(u32::from);
        }
        word(entry, 8, self.is_big_endian)
    }

    fn text(&self, tag: u16) -> Option<&[u8]> {
        let length = word(self.entry(tag)?, 4, self.is_big_endian)? as usize;
        if length <= 4 {
            return None;
        }
        let at = self.value(tag)? as usize;
        self.head.get(at..at.checked_add(length)?)
    }
}

fn half_word(bytes: &[u8], at: usize, is_big_endian: bool) -> Option<u16> {
    let two = *bytes.get(at..)?.first_chunk()?;
    Some(if is_big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
}

fn word(bytes: &[u8], at: usize, is_big_endian: bool) -> Option<u32> {
    let four = *bytes.get(at..)?.first_chunk()?;
    Some(if is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
}

fn has_ending(name: &OsStr, endings: &[&str]) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Two letters are too little to go by: the size of the second header must be one of those in use.
fn is_bitmap(head: &[u8]) -> bool {
    matches!(word(head, 14, false), Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// Fields of a TGA header that allow few values.
fn is_targa(head: &[u8]) -> bool {
    let [_, map, kind, _, _, _, _, _, _, _, _, _, w0, w1, h0, h1, depth, _, ..] = *head else { return false };
    map <= 1
        && matches!(kind, 1 | 2 | 3 | 9 | 10 | 11)
        && matches!(depth, 8 | 15 | 16 | 24 | 32)
        && (w0, w1) != (0, 0)
        && (h0, h1) != (0, 0)
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

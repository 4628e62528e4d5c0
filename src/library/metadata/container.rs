//! Where the blocks of metadata lie in a file.

use std::borrow::Cow;

use super::super::Format;
use super::super::format::RawFamily;
use super::tiff::{Block, Directory};
use super::{Group, Metadata, iptc, media, png, text, xmp};

/// Longest extended XMP that is put together, in bytes.
const LONGEST_EXTENDED: usize = 16 * 1024 * 1024;
/// Texts of the format's own kept at most.
pub(super) const MOST_TEXTS: usize = 200;
/// Tag of the JPEG in Panasonic's raw files.
const PANASONIC_JPEG: u16 = 0x002e;
/// Blocks of one kind kept at most.
const MOST_BLOCKS: usize = 8;

/// Blocks of a file.
#[derive(Debug, Default)]
pub(super) struct Blocks<'a> {
    /// TIFF blocks with the kind of their first directory.
    pub exif: Vec<(Cow<'a, [u8]>, Directory)>,
    /// XMP packets.
    pub xmp: Vec<Cow<'a, [u8]>>,
    /// IPTC's records.
    pub iptc: Vec<Cow<'a, [u8]>>,
    /// The colour profile, at least its beginning.
    pub icc: Option<Cow<'a, [u8]>>,
    /// What the format itself says in texts of its own.
    pub texts: Metadata,
    /// What could not be read.
    pub warnings: Vec<String>,
}

/// Looks through a file.
pub(super) fn find(bytes: &[u8], format: Format) -> Blocks<'_> {
    let mut blocks = Blocks::default();
    match format {
        Format::Jpeg => blocks.find_in_jpeg(bytes),
        Format::Png => png::find(bytes, &mut blocks),
        Format::WebP => blocks.find_in_webp(bytes),
        Format::Raw(RawFamily::Cr3) | Format::Heic | Format::Avif | Format::JpegXl => {
            media::find(bytes, &mut blocks);
        }
        Format::Raw(RawFamily::Raf) => {
            // A table at byte 84 says where the JPEG lies.
            let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
            if let Some(jpeg) = number(84).and_then(|from| bytes.get(from..)) {
                let length = number(88).unwrap_or(usize::MAX).min(jpeg.len());
                blocks.find_in_jpeg(jpeg.get(..length).unwrap_or_default());
            }
        }
        Format::Tiff | Format::Raw(_) => blocks.find_in_tiff(bytes),
        Format::Gif => blocks.find_in_gif(bytes),
        Format::Bmp | Format::Qoi | Format::Tga | Format::Hdr | Format::Exr => {}
    }
    blocks
}

impl<'a> Blocks<'a> {
    /// Adds an EXIF block; some writers put JPEG's mark before it in other formats too.
    pub fn push_exif(&mut self, bytes: &'a [u8]) {
        let block = bytes.strip_prefix(b"Exif\0\0").unwrap_or(bytes);
        self.push_directory(block, Directory::Main);
    }

    /// Adds a TIFF block whose first directory is of this kind.
    pub fn push_directory(&mut self, block: impl Into<Cow<'a, [u8]>>, first: Directory) {
        let block = block.into();
        if !block.is_empty() && self.exif.len() < MOST_BLOCKS {
            self.exif.push((block, first));
        }
    }

    /// Adds an XMP packet.
    pub fn push_xmp(&mut self, packet: impl Into<Cow<'a, [u8]>>) {
        if self.xmp.len() < MOST_BLOCKS {
            self.xmp.push(packet.into());
        }
    }

    /// Adds IPTC's records.
    pub fn push_iptc(&mut self, records: impl Into<Cow<'a, [u8]>>) {
        if self.iptc.len() < MOST_BLOCKS {
            self.iptc.push(records.into());
        }
    }

    /// Adds a comment that the format keeps beside everything else.
    pub fn push_comment(&mut self, bytes: &[u8]) {
        if self.texts.fields.len() >= MOST_TEXTS {
            return;
        }
        let comment = text::decode(bytes);
        self.texts.push_field(Group::File, "Comment", comment.clone());
        if self.texts.caption.is_none() && text::is_caption(&comment) {
            self.texts.caption = Some(comment);
        }
    }

    /// Segments up to the first scan.
    pub fn find_in_jpeg(&mut self, bytes: &'a [u8]) {
        let mut photoshop = Vec::new();
        let mut profile: Vec<(u8, &[u8])> = Vec::new();
        let mut extended: Vec<&[u8]> = Vec::new();
        let mut rest = bytes.get(2..).unwrap_or_default();
        while let Some((marker, segment, after)) = next_segment(rest) {
            rest = after;
            match marker {
                0xe1 => {
                    if let Some(block) = segment.strip_prefix(b"Exif\0") {
                        // One byte of padding follows, which need not be zero.
                        self.push_exif(block.get(1..).unwrap_or_default());
                    } else if let Some(packet) = segment.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                        self.push_xmp(packet);
                    } else if let Some(part) = segment.strip_prefix(b"http://ns.adobe.com/xmp/extension/\0") {
                        extended.push(part);
                    }
                }
                0xe2 => {
                    if let Some([number, _, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                        profile.push((*number, part));
                    }
                }
                0xed => photoshop.extend(segment.strip_prefix(b"Photoshop 3.0\0")),
                0xfe => {
                    self.push_comment(segment);
                }
                _ => {}
            }
        }
        if let Some(records) = iptc::of_photoshop(&photoshop.concat()) {
            self.push_iptc(records.to_vec());
        }
        profile.sort_by_key(|(number, _)| *number);
        if !profile.is_empty() {
            self.icc = Some(profile.iter().flat_map(|(_, part)| part.iter().copied()).collect());
        }
        if !extended.is_empty() {
            self.put_together(&extended);
        }
    }

    /// Parts of an extended packet: a number of 32 letters, the length of the whole, the place of the part.
    fn put_together(&mut self, parts: &[&[u8]]) {
        let Some(guid) = self.xmp.first().and_then(|packet| xmp::extended_guid(packet)) else { return };
        let mut whole = Vec::new();
        let mut filled = 0;
        for part in parts.iter().filter_map(|part| part.strip_prefix(guid.as_bytes())) {
            let Some((head, part)) = part.split_first_chunk::<8>() else { continue };
            let [l0, l1, l2, l3, p0, p1, p2, p3] = *head;
            let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
            let from = u32::from_be_bytes([p0, p1, p2, p3]) as usize;
            if length > LONGEST_EXTENDED || from.checked_add(part.len()).is_none_or(|to| to > length) {
                continue;
            }
            // Memory grows with what is there, not with what is said to come.
            let to = from + part.len();
            if from > whole.len() + LONGEST_EXTENDED / 64 {
                continue;
            }
            whole.resize(whole.len().max(to), b' ');
            if let Some(place) = whole.get_mut(from..to) {
                place.copy_from_slice(part);
                filled += part.len();
            }
        }
        if filled < whole.len() {
            self.warnings.push("Parts of the extended XMP data are missing; they were not read".into());
        } else if !whole.is_empty() {
            self.push_xmp(whole);
        }
    }

    /// Chunks of a RIFF file.
    fn find_in_webp(&mut self, bytes: &'a [u8]) {
        let mut rest = bytes.get(12..).unwrap_or_default();
        while let Some(([a, b, c, d, l0, l1, l2, l3], after)) = rest.split_first_chunk::<8>() {
            let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize;
            let Some(chunk) = after.get(..length) else { break };
            match &[*a, *b, *c, *d] {
                b"EXIF" => self.push_exif(chunk),
                b"XMP " => self.push_xmp(chunk),
                b"ICCP" => self.icc = Some(Cow::Borrowed(chunk)),
                _ => {}
            }
            rest = after.get(length.saturating_add(length & 1)..).unwrap_or_default();
        }
    }

    /// TIFF holds the other kinds as tags of its first directory.
    fn find_in_tiff(&mut self, bytes: &'a [u8]) {
        self.push_exif(bytes);
        let Some(block) = Block::read(bytes, Directory::Main) else { return };
        let tag = |tag| block.get(Directory::Main, tag).map(super::tiff::Value::bytes);
        if let Some(packet) = tag(700) {
            self.push_xmp(packet);
        }
        if let Some(value) = block.get(Directory::Main, 33723) {
            // Some write it as words of four bytes, in the file's order.
            self.push_iptc(value.bytes_in_order());
        }
        if let Some(records) = tag(34377).and_then(iptc::of_photoshop) {
            self.push_iptc(records);
        }
        self.icc = tag(34675).map(Cow::Borrowed);
        // Panasonic's raw files keep the speed and the lens in the JPEG in them.
        if bytes.starts_with(b"IIU\0")
            && let Some(jpeg) = tag(PANASONIC_JPEG)
        {
            self.find_in_jpeg(jpeg);
        }
    }

    /// Extensions of a GIF before, between and after its pictures.
    fn find_in_gif(&mut self, bytes: &'a [u8]) {
        let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
        let Some(flags) = bytes.get(10) else { return };
        let mut rest = bytes.get(13 + table(*flags)..).unwrap_or_default();
        loop {
            rest = match rest {
                [0x21, 0xfe, after @ ..] => {
                    let (comment, after) = sub_blocks(after);
                    self.push_comment(&comment);
                    after
                }
                // Adobe wrote the packet as it is, with a tail that leads any reader of blocks to its end.
                [0x21, 0xff, 11, packet @ ..] if packet.starts_with(b"XMP DataXMP") => {
                    let packet = packet.get(11..).unwrap_or_default();
                    self.push_xmp(packet.split(|byte| *byte == 1).next().unwrap_or_default());
                    skip_sub_blocks(packet)
                }
                [0x21, _, after @ ..] => skip_sub_blocks(after),
                [0x2c, _, _, _, _, _, _, _, _, flags, after @ ..] => {
                    skip_sub_blocks(after.get(1 + table(*flags)..).unwrap_or_default())
                }
                _ => return,
            };
        }
    }
}

/// What blocks of up to 255 bytes hold together, and what follows them.
fn sub_blocks(mut bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut whole = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (block, rest) = rest.split_at_checked(usize::from(*length)).unwrap_or((rest, &[]));
        bytes = rest;
        if block.is_empty() {
            break;
        }
        whole.extend_from_slice(block);
    }
    (whole, bytes)
}

/// What follows such blocks.
fn skip_sub_blocks(mut bytes: &[u8]) -> &[u8] {
    while let Some((length, rest)) = bytes.split_first() {
        bytes = rest.get(usize::from(*length)..).unwrap_or_default();
        if *length == 0 {
            break;
        }
    }
    bytes
}

/// Marker and content of the next segment, and what follows; `None` at the scan or where nothing makes sense.
fn next_segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let mut bytes = bytes.strip_prefix(&[0xff])?;
    // Any number of these may stand before a marker.
    while let Some(rest) = bytes.strip_prefix(&[0xff]) {
        bytes = rest;
    }
    let (marker, rest) = bytes.split_first()?;
    if matches!(marker, 0xda | 0xd9 | 0x00) {
        return None;
    }
    if matches!(marker, 0x01 | 0xd0..=0xd8) {
        return Some((*marker, &[], rest));
    }
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
    Some((*marker, rest.get(2..length)?, rest.get(length..)?))
}

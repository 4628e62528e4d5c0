//! Blocks and texts in a PNG.
//!
//! Texts may stand before the pixels or after them, so all chunks are walked here. Those that are compressed are
//! unpacked by the png crate, given to it as a picture that has nothing else.

use std::borrow::Cow;
use std::io::Cursor;

use super::container::{Blocks, MOST_TEXTS};
use super::text::{clean, decode, decode_utf8, is_caption};
use super::tiff::Directory;
use super::{DateTime, Group};

/// Bytes that a compressed text may come to.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// Compressed texts unpacked at most.
const MOST_COMPRESSED: usize = 8;
/// Mark before ImageMagick's and exiv2's blocks, which are written as hexadecimal text.
const RAW_PROFILE: &str = "Raw profile type ";

/// Looks through the chunks.
pub(super) fn find<'a>(bytes: &'a [u8], blocks: &mut Blocks<'a>) {
    let mut rest = bytes.get(8..).unwrap_or_default();
    let mut compressed = 0;
    while let Some(([l0, l1, l2, l3, a, b, c, d], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        let Some(chunk) = after.get(..length) else { break };
        match &[*a, *b, *c, *d] {
            b"eXIf" => blocks.push_exif(chunk),
            b"iCCP" => {
                // Only the name is outside the compressed part, and it is the user's word, not the profile's.
                if let Some((_, [_, packed @ ..])) = split_at_zero(chunk)
                    && compressed < MOST_COMPRESSED
                {
                    compressed += 1;
                    blocks.icc = inflate(packed).map(Cow::Owned);
                }
            }
            b"tEXt" => {
                if let Some((keyword, text)) = split_at_zero(chunk) {
                    take_text(blocks, &decode(keyword), Cow::Borrowed(text), false);
                }
            }
            b"zTXt" => {
                if let Some((keyword, [_, packed @ ..])) = split_at_zero(chunk)
                    && compressed < MOST_COMPRESSED
                {
                    compressed += 1;
                    if let Some(text) = inflate(packed) {
                        take_text(blocks, &decode(keyword), Cow::Owned(text), false);
                    }
                }
            }
            b"iTXt" => {
                let Some((keyword, [flag, _, translations @ ..])) = split_at_zero(chunk) else { break };
                let text = split_at_zero(translations).and_then(|(_, rest)| split_at_zero(rest));
                let Some((_, text)) = text else { break };
                let text = match flag {
                    0 => Some(Cow::Borrowed(text)),
                    _ if compressed < MOST_COMPRESSED => {
                        compressed += 1;
                        inflate(text).map(Cow::Owned)
                    }
                    _ => None,
                };
                if let Some(text) = text {
                    take_text(blocks, &decode(keyword), text, true);
                }
            }
            b"IEND" => break,
            _ => {}
        }
        // Four bytes of checksum follow.
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
}

/// One text with its keyword.
fn take_text<'a>(blocks: &mut Blocks<'a>, keyword: &str, text: Cow<'a, [u8]>, is_utf8: bool) {
    if keyword == "XML:com.adobe.xmp" {
        blocks.push_xmp(text);
        return;
    }
    if let Some(kind) = keyword.strip_prefix(RAW_PROFILE) {
        match (kind, raw_profile(&text)) {
            ("exif" | "APP1", Some(block)) => {
                if let Some(packet) = block.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                    blocks.push_xmp(packet.to_vec());
                } else {
                    let block = block.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(block);
                    blocks.push_directory(block, Directory::Main);
                }
            }
            ("xmp", Some(packet)) => blocks.push_xmp(packet),
            ("iptc", Some(block)) => {
                let records = super::iptc::of_photoshop(&block).map(<[u8]>::to_vec);
                blocks.push_iptc(records.unwrap_or(block));
            }
            _ => {}
        }
        return;
    }
    if blocks.texts.fields.len() >= MOST_TEXTS {
        return;
    }
    let words = if is_utf8 { decode_utf8(&text) } else { decode(&text) };
    if words.is_empty() {
        return;
    }
    let texts = &mut blocks.texts;
    let place = match keyword {
        "Title" => Some(&mut texts.title),
        "Description" | "Comment" => Some(&mut texts.caption),
        "Author" => Some(&mut texts.creator),
        "Copyright" => Some(&mut texts.copyright),
        "Software" => Some(&mut texts.software),
        _ => None,
    };
    if let Some(place) = place.filter(|_| is_caption(&words)) {
        place.get_or_insert_with(|| words.clone());
    }
    if keyword == "Creation Time" {
        texts.taken = DateTime::parse(&words);
    }
    let keyword = clean(keyword);
    texts.push_field(Group::File, &keyword, words);
}

/// What stands before the first zero and what after it.
fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// A block written as text: a line with its kind, one with its length, lines of hexadecimal digits.
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.trim_ascii_start().splitn(3, |byte| *byte == b'\n');
    let _kind = lines.next()?;
    let length: usize = std::str::from_utf8(lines.next()?).ok()?.trim().parse().ok()?;
    let digits = lines.next()?.iter().filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    let block: Vec<u8> = digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
    (block.len() == length).then_some(block)
}

/// Unpacks a zlib stream, as far as it is not too long.
fn inflate(packed: &[u8]) -> Option<Vec<u8>> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], parts: &[&[u8]]| {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        file.extend((length as u32).to_be_bytes());
        file.extend(kind);
        for part in parts {
            file.extend(*part);
        }
        file.extend([0; 4]);
    };
    chunk(b"IHDR", &[&[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]]);
    chunk(b"zTXt", &[b"k\0\0", packed]);
    chunk(b"IDAT", &[]);
    let mut options = ::png::DecodeOptions::default();
    options.set_ignore_checksums(true);
    let reader = ::png::Decoder::new_with_options(Cursor::new(file), options).read_info().ok()?;
    let mut text = reader.info().compressed_latin1_text.first()?.clone();
    text.decompress_text_with_limit(LONGEST_TEXT).ok()?;
    // Latin-1 has one letter for each byte, so that the bytes come back.
    text.get_text().ok()?.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `zlib.compress` of Python for `bytes(range(256))` begins so; stored blocks need no compressor here.
    fn stored(bytes: &[u8]) -> Vec<u8> {
        let length = bytes.len() as u16;
        let mut packed = vec![0x78, 0x01, 0x01];
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(bytes);
        let (mut a, mut b) = (1_u32, 0_u32);
        for byte in bytes {
            a = (a + u32::from(*byte)) % 65521;
            b = (b + a) % 65521;
        }
        packed.extend((b << 16 | a).to_be_bytes());
        packed
    }

    #[test]
    fn any_bytes_come_back_from_a_compressed_text() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(inflate(&stored(&bytes)), Some(bytes));
        assert_eq!(inflate(b"no zlib"), None);
    }

    #[test]
    fn raw_profiles_need_their_length() {
        assert_eq!(raw_profile(b"\nexif\n   3\n0aF\nf10\n"), Some(vec![0x0a, 0xff, 0x10]));
        assert_eq!(raw_profile(b"\nexif\n   4\n0aff10\n"), None);
    }
}

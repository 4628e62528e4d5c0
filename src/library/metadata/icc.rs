//! The name of a colour profile.
//!
//! After ICC.1:2022 (version 4) and ICC.1:2001-04 (version 2): a table of tags begins at byte 128.

use super::text::{decode, decode_utf16, one_line};

/// Tags looked at, at most.
const MOST_TAGS: usize = 200;

/// What the profile calls itself: "Display P3".
pub(super) fn name(profile: &[u8]) -> Option<String> {
    let count = number(profile, 128)?.min(MOST_TAGS);
    let rows = profile.get(132..)?.as_chunks::<12>().0;
    let row = rows.iter().take(count).find(|row| row.starts_with(b"desc"))?;
    let from = number(row, 4)?;
    let tag = profile.get(from..from.checked_add(number(row, 8)?)?)?;
    let text = match tag.get(..4)? {
        b"desc" => decode(tag.get(12..12_usize.checked_add(number(tag, 8)?)?)?),
        // Several languages; English where it is there, else the first.
        b"mluc" => {
            let count = number(tag, 8)?.min(MOST_TAGS);
            let names = tag.get(16..)?.as_chunks::<12>().0;
            let names = names.get(..count.min(names.len()))?;
            let name = names.iter().find(|name| name.starts_with(b"en")).or(names.first())?;
            let from = number(name, 8)?;
            decode_utf16(tag.get(from..from.checked_add(number(name, 4)?)?)?, true)
        }
        _ => return None,
    };
    Some(one_line(&text)).filter(|text| !text.is_empty())
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

//! Strings of unknown writers, made fit to be shown.

/// Longest text that is kept, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// The text up to its first NUL as UTF-8, else as Windows-1252, of which Latin-1 is a part; then [`clean`].
pub(super) fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let bytes = bytes.get(..bytes.len().min(4 * LONGEST_TEXT)).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => clean(text),
        // UTF-8 whose last letter was cut off, if there is another of its letters before.
        Err(error) if error.error_len().is_none() && !is_ascii_before(bytes, error.valid_up_to()) => {
            clean(&String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default()))
        }
        Err(_) => clean(&bytes.iter().copied().map(windows_1252).collect::<String>()),
    }
}

fn is_ascii_before(bytes: &[u8], end: usize) -> bool {
    bytes.get(..end).is_some_and(<[u8]>::is_ascii)
}

/// Text that is said to be UTF-8, whatever is wrong with it.
pub(super) fn decode_utf8(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    clean(&String::from_utf8_lossy(bytes.get(..bytes.len().min(4 * LONGEST_TEXT)).unwrap_or_default()))
}

/// UTF-16 up to its first NUL. A byte order mark has the last word over the order that is given.
pub(super) fn decode_utf16(bytes: &[u8], is_big_endian: bool) -> String {
    let (bytes, is_big_endian) = match bytes {
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, rest @ ..] => (rest, false),
        _ => (bytes, is_big_endian),
    };
    let unit =
        |pair: &[u8; 2]| if is_big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let units = bytes.as_chunks::<2>().0.iter().map(unit).take(LONGEST_TEXT).take_while(|unit| *unit != 0);
    clean(&char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>())
}

/// Without control characters, marks that turn the direction of writing, and blanks around it; line ends become `\n`.
pub(super) fn clean(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(LONGEST_TEXT));
    let mut before = '\n';
    for c in text.chars() {
        let is_rest_of_line_end = std::mem::replace(&mut before, c) == '\r' && c == '\n';
        let c = match c {
            _ if is_rest_of_line_end => continue,
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                continue;
            }
            _ if c.is_control() => continue,
            _ => c,
        };
        if kept.len() + c.len_utf8() > LONGEST_TEXT {
            break;
        }
        kept.push(c);
    }
    kept.trim().to_owned()
}

/// Whether a description is a person's: neither what a camera writes for nothing nor an encoder's note of itself.
pub(super) fn is_caption(text: &str) -> bool {
    const WHOLE: [&str; 12] = [
        "olympus digital camera",
        "sony dsc",
        "minolta digital camera",
        "konica minolta digital camera",
        "kodak digital still camera",
        "samsung digital camera",
        "samsung",
        "digital camera",
        "exif_jpeg_picture",
        "exif jpeg",
        "dcf 1.0",
        "default",
    ];
    const BEGINNING: [&str; 6] = [
        "creator: gd-jpeg",
        "lead technologies",
        "created with",
        "file written by",
        "optimized by",
        "processed by",
    ];
    let small = text.to_lowercase();
    let is_note = WHOLE.contains(&small.as_str()) || BEGINNING.iter().any(|note| small.starts_with(note));
    !is_note && text.chars().any(char::is_alphanumeric)
}

/// The text as far as it is not too long.
pub(super) fn bounded(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    }
    text
}

/// The text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One byte of Windows-1252.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or(' '),
        _ => char::from(byte),
    }
}

/// A name in camel case as words: `DigitalSourceType` is "Digital source type", `GPSAltitude` is "GPS altitude".
pub(super) fn words_of_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
            || c.is_uppercase()
                && before.is_some_and(|before| before.is_uppercase())
                && after.is_some_and(|after| after.is_lowercase());
        if begins {
            words.push(' ');
        }
        let is_acronym = before.is_some_and(|before| before.is_uppercase()) && !begins
            || after.is_some_and(|after| after.is_uppercase());
        if at == 0 {
            words.extend(c.to_uppercase());
        } else if is_acronym {
            words.push(*c);
        } else {
            words.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_becomes_text() {
        assert_eq!(decode(b"  Caf\xe9\x80\0rest"), "Café€");
        assert_eq!(decode("Café\u{7}\r\nzwei\tdrei ".as_bytes()), "Café\nzwei drei");
        assert_eq!(decode(b"\xc3\xa4b\xc3"), "äb");
        assert_eq!(decode_utf16(&[0x41, 0, 0xe9, 0, 0, 0, 0x42, 0], false), "Aé");
        assert_eq!(decode_utf16(&[0xfe, 0xff, 0, 0x41, 0xd8, 0], false), "A\u{fffd}");
        assert_eq!(clean(&"ä".repeat(LONGEST_TEXT)).len(), LONGEST_TEXT);
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words_of_name("DigitalSourceType"), "Digital source type");
        assert_eq!(words_of_name("GPSAltitude"), "GPS altitude");
        assert_eq!(words_of_name("description"), "Description");
        assert_eq!(words_of_name("LensID"), "Lens ID");
    }
}

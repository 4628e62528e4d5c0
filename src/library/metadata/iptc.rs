//! What IPTC's Information Interchange Model says: the press agencies' records, older than XMP.
//!
//! Numbers after IPTC-NAA IIM version 4.2.

use super::text::{bounded, decode, decode_utf8, one_line};
use super::{DateTime, Group, Metadata};

/// Records read at most.
const MOST_RECORDS: usize = 4000;

/// Records that are shown: number in the second part, name.
const NAMES: [(u8, &str); 28] = [
    (5, "Title"),
    (7, "Edit status"),
    (10, "Urgency"),
    (15, "Category"),
    (20, "Supplemental category"),
    (22, "Fixture identifier"),
    (25, "Keywords"),
    (26, "Location code"),
    (27, "Location name"),
    (40, "Special instructions"),
    (55, "Date created"),
    (60, "Time created"),
    (62, "Date digitised"),
    (63, "Time digitised"),
    (65, "Program"),
    (80, "By-line"),
    (85, "By-line title"),
    (90, "City"),
    (92, "Location"),
    (95, "State"),
    (100, "Country code"),
    (101, "Country"),
    (103, "Transmission reference"),
    (105, "Headline"),
    (110, "Credit"),
    (115, "Source"),
    (116, "Copyright"),
    (118, "Contact"),
];

/// Texts that may have several lines, shown after the others.
const LONG: [(u8, &str); 2] = [(120, "Caption"), (122, "Writer")];

/// Reads a block of records. Without a word on the character set they are taken as UTF-8 where that is possible, else
/// as Latin-1.
pub(super) fn read(bytes: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    let (records, is_cut_off) = records(bytes);
    if is_cut_off {
        found.warnings.push("The IPTC data are cut off".into());
    }
    let is_utf8 =
        records.iter().any(|record| (record.part, record.number, record.bytes) == (1, 90, b"\x1b%G"));
    let text = |record: &Record<'_>| if is_utf8 { decode_utf8(record.bytes) } else { decode(record.bytes) };
    let all = |number| {
        let those = records.iter().filter(move |record| record.part == 2 && record.number == number);
        those.map(text).filter(|text| !text.is_empty())
    };
    let first = |number| all(number).next();
    let joined =
        |number| Some(bounded(all(number).collect::<Vec<_>>().join("; "))).filter(|text| !text.is_empty());

    found.title = first(5).or_else(|| first(105));
    found.caption = first(120);
    found.creator = joined(80);
    found.copyright = first(116);
    found.city = first(90);
    found.location = first(92);
    found.state = first(95);
    found.country = first(101);
    all(25).for_each(|keyword| found.push_tag(&keyword));
    let moment = |date, time| DateTime::parse_iptc(&first(date)?, first(time).as_deref());
    found.taken = moment(55, 60).or_else(|| moment(62, 63));
    found.software = first(65);

    for (number, name) in NAMES.iter().chain(&LONG) {
        let words = joined(*number).map(|text| if *number == 120 { text } else { one_line(&text) });
        if let Some(words) = words {
            let date = if matches!(number, 55 | 62) { DateTime::parse_iptc(&words, None) } else { None };
            let words = date.map_or(words, |date| date.date().to_string());
            found.push_field(Group::Iptc, name, words);
        }
    }
    found
}

/// One record.
struct Record<'a> {
    part: u8,
    number: u8,
    bytes: &'a [u8],
}

/// All records, and whether the last one is cut off.
fn records(mut bytes: &[u8]) -> (Vec<Record<'_>>, bool) {
    let mut records = Vec::new();
    while let [0x1c, part, number, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (length, rest) = if length & 0x8000 == 0 {
            (length, rest)
        } else {
            // An extended record: these many bytes say how long it is.
            let Some((digits, rest)) = rest.split_at_checked(length & 0x7fff).filter(|(it, _)| it.len() <= 4)
            else {
                return (records, true);
            };
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        };
        let Some((value, rest)) = rest.split_at_checked(length) else { return (records, true) };
        if records.len() >= MOST_RECORDS {
            return (records, true);
        }
        records.push(Record { part: *part, number: *number, bytes: value });
        bytes = rest;
    }
    (records, false)
}

/// The IPTC block among Photoshop's resources.
pub(super) fn of_photoshop(mut bytes: &[u8]) -> Option<&[u8]> {
    while let [b'8', b'B' | b'P', b'I' | b'H', b'M' | b'U' | b'T', high, low, rest @ ..] = bytes {
        let number = u16::from_be_bytes([*high, *low]);
        // A Pascal string, padded to an even length with its count.
        let name = usize::from(*rest.first()?);
        let rest = rest.get((name + 2) & !1..)?;
        let (length, rest) = rest.split_at_checked(4)?;
        let length = u32::from_be_bytes(*length.first_chunk()?) as usize;
        let value = rest.get(..length)?;
        if number == 0x0404 {
            return Some(value);
        }
        bytes = rest.get(length.checked_add(length & 1)?..)?;
    }
    None
}

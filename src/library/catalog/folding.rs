//! Texts made equal that differ only in capitals, accents, widths or the way in which they are encoded.
//!
//! macOS writes `é` as two characters and others as one; both fold to `e`. The table is Unicode's, see its head.
//! SQLite could fold words, but not what conditions look into; so both are folded here, in the same way.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// First vowel and first syllable-closing consonant of Korean's combining letters, and what is made of them.
const HANGUL_LEADS: std::ops::Range<u32> = 0x1100..0x1113;
const HANGUL_VOWELS: std::ops::Range<u32> = 0x1161..0x1176;
const HANGUL_TAILS: std::ops::Range<u32> = 0x11a8..0x11c3;
const HANGUL_SYLLABLES: u32 = 0xac00;

/// What single characters become.
struct Table {
    /// Most characters lie here: `None` where the lower-case form serves.
    low: Vec<Option<Box<str>>>,
    high: BTreeMap<char, Box<str>>,
}

/// Characters below this are looked up by their number.
const LOW: usize = 0x600;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let entries: Vec<(u32, String)> = ron::from_str(include_str!("../../../assets/folding.ron"))
            .unwrap_or_else(|error| {
                log::error!("the table of letters cannot be read ({error}); accents will matter in searches");
                Vec::new()
            });
        let mut table = Table { low: vec![None; LOW], high: BTreeMap::new() };
        for (code, folded) in entries {
            if let Some(slot) = table.low.get_mut(code as usize) {
                *slot = Some(folded.into());
            } else if let Some(char) = char::from_u32(code) {
                table.high.insert(char, folded.into());
            }
        }
        table
    })
}

/// Adds to `out` what a character becomes; nothing when it is only a mark on the one before.
pub(super) fn fold_char(char: char, out: &mut String) {
    if char.is_ascii() {
        out.push(char.to_ascii_lowercase());
        return;
    }
    let table = table();
    let folded = match table.low.get(char as usize) {
        Some(folded) => folded.as_deref(),
        None => table.high.get(&char).map(AsRef::as_ref),
    };
    match folded {
        Some(folded) => out.push_str(folded),
        None => out.extend(char.to_lowercase()),
    }
}

/// Folded text for comparing. Control characters become spaces.
#[must_use]
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in composed(text) {
        if char.is_control() {
            out.push(' ');
        } else {
            fold_char(char, &mut out);
        }
    }
    out
}

/// The characters, with the parts of Korean syllables put together.
pub(super) fn composed(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let first = chars.next()?;
        let Some(lead) = index_in(first, &HANGUL_LEADS) else { return Some(first) };
        let Some(vowel) = chars.peek().and_then(|next| index_in(*next, &HANGUL_VOWELS)) else {
            return Some(first);
        };
        chars.next();
        let tail = chars.peek().and_then(|next| index_in(*next, &HANGUL_TAILS));
        if tail.is_some() {
            chars.next();
        }
        let syllable = (lead * HANGUL_VOWELS.len() as u32 + vowel) * (HANGUL_TAILS.len() as u32 + 1);
        char::from_u32(HANGUL_SYLLABLES + syllable + tail.map_or(0, |tail| tail + 1)).or(Some(first))
    })
}

fn index_in(char: char, range: &std::ops::Range<u32>) -> Option<u32> {
    range.contains(&(char as u32)).then(|| char as u32 - range.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_accents_and_encodings_do_not_matter() {
        let cases = [
            ("ÉCOLE", "ecole"),
            ("e\u{301}cole", "ecole"),
            ("Straße", "strasse"),
            ("ŁÓDŹ", "lodz"),
            ("Malmö Ærø", "malmo aero"),
            ("İstanbul ISPARTA", "istanbul isparta"),
            ("ΑΘΉΝΑΣ", "αθηνασ"),
            ("Ёлка", "елка"),
            ("ｆｉｌｅ ﬁ", "file fi"),
            ("が", "か"),
            ("か\u{3099}", "か"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
            ("٢٠٢٣", "2023"),
            ("co\u{ad}op", "coop"),
            ("a\tb\u{0}c", "a b c"),
            ("中文", "中文"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn the_table_can_be_read() {
        assert!(table().high.len() + table().low.iter().flatten().count() > 3000);
    }
}

//! Settings of space groups, by symbol or number: the 530 of the International Tables and some that are in use besides.
//!
//! Symbols are written in many ways: with or without spaces and underscores, short or full (`P 21/c`, `P 1 21/c 1`),
//! with the setting behind a colon or as a letter (`R -3 m :H`, `R-3mH`, `F d -3 m Z`), with glide letters from before
//! 1992 (`C m c a` for `C m c e`) or without the bar of cubic groups (`F m 3 m`). A symbol that names several settings
//! is decided by the cell: only settings whose operations keep its lengths and angles remain.

use glam::DVec3;
use moyo::data::{HallSymbolEntry, Setting as MoyoSetting, hall_symbol_entry, operations_from_number};

use super::{group::Group, hall, operation::Operation};
use crate::crystal::lattice::Lattice;

const SETTING_COUNT: i32 = 530;

/// Number, Hermann–Mauguin and Hall symbol of settings with other cells than the tables choose: the list of gemmi,
/// which has it from sgtbx and syminfo of CCP4. `C -1` is how feldspars are described.
const UNLISTED: [(u8, &str, &str); 34] = [
    (5, "I 1 21 1", "I 2yb"),
    (5, "C 1 21 1", "C 2yb"),
    (18, "P 21212(a)", "P 2ab 2a"),
    (20, "C 2 2 21a)", "C 2ac 2"),
    (21, "C 2 2 2a", "C 2ab 2b"),
    (22, "F 2 2 2a", "F 2 2c"),
    (23, "I 2 2 2a", "I 2ab 2bc"),
    (94, "P 42 21 2a", "P 4bc 2a"),
    (197, "I 2 3a", "I 2ab 2bc 3"),
    (1, "A 1", "A 1"),
    (1, "B 1", "B 1"),
    (1, "C 1", "C 1"),
    (1, "F 1", "F 1"),
    (1, "I 1", "I 1"),
    (2, "A -1", "-A 1"),
    (2, "B -1", "-B 1"),
    (2, "C -1", "-C 1"),
    (2, "F -1", "-F 1"),
    (2, "I -1", "-I 1"),
    (3, "B 1 2 1", "B 2y"),
    (3, "C 1 1 2", "C 2"),
    (4, "B 1 21 1", "B 2yb"),
    (4, "C 1 1 21", "C 2c"),
    (5, "F 1 2 1", "F 2y"),
    (8, "F 1 m 1", "F -2y"),
    (9, "F 1 d 1", "F -2yuw"),
    (12, "F 1 2/m 1", "-F 2y"),
    (64, "A b a m", "-A 2 2ab"),
    (89, "C 4 2 2", "C 4 2"),
    (90, "C 4 2 21", "C 4a 2"),
    (97, "F 4 2 2", "F 4 2"),
    (115, "C -4 2 m", "C -4 2"),
    (117, "C -4 2 b", "C -4 2ya"),
    (139, "F 4/m m m", "-F 4 2"),
];

/// A setting of a space group.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Number in the International Tables, 1–230; `None` where only a Hall symbol is known.
    pub number: Option<u8>,
    /// Hall symbol.
    pub hall_symbol: String,
    /// Short Hermann–Mauguin symbol, where the tables have one.
    pub hermann_mauguin: Option<&'static str>,
    /// The group, centring included.
    pub group: Group,
    /// What was assumed to choose among several settings, in a sentence.
    pub assumption: Option<String>,
}

/// The setting of a Hall symbol, which need not be in the tables: `C 2yb`, `P 2yb (0 0 1)`, `-P 2yc (x-z,y,z)`.
#[must_use]
pub fn by_hall_symbol(symbol: &str) -> Option<Setting> {
    let wanted = normalize_hall(symbol);
    if let Some(entry) = entries().find(|entry| normalize_hall(entry.hall_symbol) == wanted) {
        return setting(&entry);
    }
    // Blanks tell `P 3 2` from `P 32`; without any, the symbol must be clear without them.
    let mut alike = entries().filter(|entry| normalize_hall(entry.hall_symbol).replace(' ', "") == wanted);
    match (alike.next(), alike.next()) {
        (Some(entry), None) => setting(&entry),
        (None, _) => Some(Setting {
            number: None,
            hall_symbol: symbol.trim().to_owned(),
            hermann_mauguin: None,
            group: hall::group(&wanted)?,
            assumption: None,
        }),
        _ => None,
    }
}

/// The setting of a Hermann–Mauguin symbol that fits the cell.
#[must_use]
pub fn by_hermann_mauguin(symbol: &str, lattice: &Lattice) -> Option<Setting> {
    let (wanted, suffix) = split_suffix(symbol);
    let ways: [fn(&HallSymbolEntry, &str) -> bool; 4] =
        [is_spelled_full, is_spelled_short, is_spelled_without_ones, is_spelled_old];
    let found_by = |is_spelled: fn(&HallSymbolEntry, &str) -> bool| -> Vec<HallSymbolEntry> {
        let found: Vec<_> = entries().filter(|entry| is_spelled(entry, &wanted)).collect();
        let by_glide: Vec<_> = found.iter().filter(|entry| has_glide_of(entry, &wanted)).cloned().collect();
        if by_glide.is_empty() { found } else { by_glide }
    };
    if let Some(suffix) = &suffix {
        for is_spelled in ways {
            let mut found = found_by(is_spelled);
            found.retain(|entry| has_suffix(entry, suffix));
            if !found.is_empty() {
                return choose(&found, lattice, false);
            }
        }
    }
    let found = ways.into_iter().map(found_by).find(|found| !found.is_empty());
    match found {
        Some(found) => choose(&found, lattice, true),
        None => unlisted(&wanted),
    }
}

/// The standard setting of a space group number, or another one where only that fits the cell.
#[must_use]
pub fn by_number(number: u8, lattice: &Lattice) -> Option<Setting> {
    let standard =
        (1..=230).contains(&number).then(|| MoyoSetting::Standard.hall_number(i32::from(number)))??;
    let candidates: Vec<_> = entries().filter(|entry| entry.number == i32::from(number)).collect();
    let has_choice = candidates.len() > 1;
    let mut chosen = hall_symbol_entry(standard)
        .and_then(|entry| setting(&entry))
        .filter(|setting| !has_choice || setting.group.fits(lattice))
        .or_else(|| choose(&candidates, lattice, true))?;
    if has_choice {
        chosen.assumption = Some(format!(
            "The file gives only the space group number {number}, which has several settings; {} (Hall symbol {}) was \
             assumed",
            chosen.hermann_mauguin.unwrap_or_default(),
            chosen.hall_symbol
        ));
    }
    Some(chosen)
}

fn entries() -> impl Iterator<Item = HallSymbolEntry> {
    (1..=SETTING_COUNT).filter_map(hall_symbol_entry)
}

fn setting(entry: &HallSymbolEntry) -> Option<Setting> {
    let number = u8::try_from(entry.number).ok()?;
    let listed =
        operations_from_number(entry.number, MoyoSetting::HallNumber(entry.hall_number), false).ok()?;
    let operations = listed.iter().map(|operation| {
        let [x, y, z] = operation.translation_as_array();
        Operation::new(operation.rotation_as_array(), DVec3::new(x, y, z))
    });
    let group = Group::new(operations).ok()?;
    Some(Setting {
        number: Some(number),
        hall_symbol: entry.hall_symbol.to_owned(),
        hermann_mauguin: Some(entry.hm_short),
        group,
        assumption: None,
    })
}

/// The first candidate that fits the cell; of two origins the second (at the inversion centre), as the tables and most
/// programs prefer.
fn choose(candidates: &[HallSymbolEntry], lattice: &Lattice, is_origin_open: bool) -> Option<Setting> {
    let has_origins = is_origin_open && candidates.iter().any(|entry| entry.setting.starts_with('2'));
    let mut first = None;
    for entry in candidates.iter().filter(|entry| !(has_origins && entry.setting.starts_with('1'))) {
        let Some(mut found) = setting(entry) else { continue };
        if found.group.fits(lattice) {
            if has_origins {
                found.assumption = Some(format!(
                    "The space group {} has two choices of origin and the file names none; choice 2 was assumed",
                    entry.hm_short
                ));
            }
            return Some(found);
        }
        first.get_or_insert(found);
    }
    // None fits: the caller warns about that.
    first
}

/// `2` also names `2cab`: origin choice 2 with other axes, which the rest of the symbol tells.
fn has_suffix(entry: &HallSymbolEntry, suffix: &str) -> bool {
    entry.setting.eq_ignore_ascii_case(suffix)
        || (matches!(suffix, "1" | "2") && entry.setting.starts_with(suffix))
}

/// The symbols of groups 67 and 68 from before 1992 tell the setting by a letter that is `e` now: `C m m a` and
/// `C m m b` are both `C m m e`.
fn has_glide_of(entry: &HallSymbolEntry, wanted: &str) -> bool {
    if !matches!(entry.number, 67 | 68) {
        return true;
    }
    let short = normalize(entry.hm_short);
    let letter = short.bytes().zip(wanted.bytes()).find(|(ours, _)| *ours == b'e').map(|(_, theirs)| theirs);
    let is_odd = ["ba-c", "-cba", "a-cb"].iter().any(|axes| entry.setting.ends_with(axes));
    match (wanted.bytes().next(), letter) {
        (Some(b'c'), Some(b'b')) | (Some(b'a'), Some(b'c')) | (Some(b'b'), Some(b'a')) => is_odd,
        _ => !is_odd,
    }
}

/// A setting of [`UNLISTED`].
fn unlisted(wanted: &str) -> Option<Setting> {
    let without_brackets = |symbol: &str| normalize(symbol).replace(['(', ')'], "");
    let wanted = without_brackets(wanted);
    let is_spelled = |number: u8, symbol: &str| {
        without_brackets(symbol) == wanted || ((3..=15).contains(&number) && without_ones(symbol) == wanted)
    };
    let (number, _, hall_symbol) =
        UNLISTED.into_iter().find(|(number, symbol, _)| is_spelled(*number, symbol))?;
    by_hall_symbol(hall_symbol).map(|setting| Setting { number: Some(number), ..setting })
}

/// Lower case with single blanks; CIF writes `"` and `'` where the tables of moyo write `=` and `^`.
fn normalize_hall(symbol: &str) -> String {
    let blanked = symbol.replace('_', " ").replace('"', "=").replace('\'', "^");
    blanked.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

fn normalize(symbol: &str) -> String {
    symbol.chars().filter(|c| !c.is_whitespace() && *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// Splits `R-3m:H`, `R -3 m H`, `F d -3 m Z` into the symbol and the setting as the tables call it. ICSD's S and Z
/// stand for origin choice 1 and 2; the Protein Data Bank writes `H 3` for `R 3` with hexagonal axes.
fn split_suffix(symbol: &str) -> (String, Option<String>) {
    let all = normalize(symbol);
    if let Some(rest) = all.strip_prefix('h').filter(|rest| !rest.contains(':')) {
        return (format!("r{rest}"), Some("H".to_owned()));
    }
    if let Some((head, tail)) = all.split_once(':') {
        let suffix = match tail {
            "s" => "1",
            "z" => "2",
            other => other,
        };
        return (head.to_owned(), Some(suffix.to_owned()));
    }
    // No symbol ends in these letters by itself.
    for (letter, suffix) in [('s', "1"), ('z', "2"), ('h', "H"), ('r', "R")] {
        if let Some(head) = all.strip_suffix(letter).filter(|head| head.len() > 1) {
            return (head.to_owned(), Some(suffix.to_owned()));
        }
    }
    (all, None)
}

fn is_spelled_full(entry: &HallSymbolEntry, wanted: &str) -> bool {
    normalize(entry.hm_full) == wanted
}

fn is_spelled_short(entry: &HallSymbolEntry, wanted: &str) -> bool {
    normalize(entry.hm_short) == wanted
}

/// `P 21/n` for `P 1 21/n 1`.
fn is_spelled_without_ones(entry: &HallSymbolEntry, wanted: &str) -> bool {
    (3..=15).contains(&entry.number) && without_ones(entry.hm_full) == wanted
}

fn without_ones(symbol: &str) -> String {
    normalize(&symbol.split(' ').filter(|part| *part != "1").collect::<String>())
}

/// `C m c a` for `C m c e`, `F m 3 m` for `F m -3 m`.
fn is_spelled_old(entry: &HallSymbolEntry, wanted: &str) -> bool {
    let short = normalize(entry.hm_short);
    if entry.number >= 195 {
        return short.replace('-', "") == wanted;
    }
    short.contains('e')
        && short.len() == wanted.len()
        && short
            .bytes()
            .zip(wanted.bytes())
            .all(|(ours, theirs)| ours == theirs || (ours == b'e' && matches!(theirs, b'a' | b'b' | b'c')))
}

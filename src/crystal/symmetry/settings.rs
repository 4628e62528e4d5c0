//! The 530 settings of the International Tables, by symbol or number.
//!
//! Symbols are written in many ways: with or without spaces and underscores, short or full (`P 21/c`, `P 1 21/c 1`),
//! with the setting behind a colon or as a letter (`R -3 m :H`, `R-3mH`, `F d -3 m Z`), with glide letters from before
//! 1992 (`C m c a` for `C m c e`) or without the bar of cubic groups (`F m 3 m`). A symbol that names several settings
//! is decided by the cell: only settings whose operations keep its lengths and angles remain.

use glam::DVec3;
use moyo::data::{HallSymbolEntry, Setting as MoyoSetting, hall_symbol_entry, operations_from_number};

use super::{group::Group, operation::Operation};
use crate::crystal::lattice::Lattice;

const SETTING_COUNT: i32 = 530;

/// A setting of a space group.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Number in the International Tables, 1–230.
    pub number: u8,
    /// Hall symbol.
    pub hall_symbol: &'static str,
    /// Short Hermann–Mauguin symbol.
    pub hermann_mauguin: &'static str,
    /// The group, centring included.
    pub group: Group,
    /// What was assumed to choose among several settings, in a sentence.
    pub assumption: Option<String>,
}

/// The setting of a Hall symbol. Symbols outside the tables, such as those with a change of basis, are not found.
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
        None => centred_triclinic(&wanted),
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
            chosen.hermann_mauguin, chosen.hall_symbol
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
        number,
        hall_symbol: entry.hall_symbol,
        hermann_mauguin: entry.hm_short,
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
                    found.hermann_mauguin
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

/// `C -1`, as feldspars are described: the tables have triclinic groups with primitive cells only.
fn centred_triclinic(wanted: &str) -> Option<Setting> {
    let half = |x: u8, y: u8, z: u8| DVec3::new(f64::from(x), f64::from(y), f64::from(z)) / 2.0;
    let centrings = match wanted.bytes().next()? {
        b'a' => vec![half(0, 1, 1)],
        b'b' => vec![half(1, 0, 1)],
        b'c' => vec![half(1, 1, 0)],
        b'i' => vec![half(1, 1, 1)],
        b'f' => vec![half(0, 1, 1), half(1, 0, 1), half(1, 1, 0)],
        _ => return None,
    };
    let primitive = match wanted.get(1..)? {
        "1" => setting(&hall_symbol_entry(1)?)?,
        "-1" => setting(&hall_symbol_entry(2)?)?,
        _ => return None,
    };
    let operations = primitive.group.operations();
    let centred = centrings.iter().flat_map(|centring| {
        let shift = Operation::new(Operation::IDENTITY.rotation(), *centring);
        operations.iter().map(move |operation| shift.after(operation))
    });
    let group = Group::new(operations.iter().copied().chain(centred)).ok()?;
    Some(Setting { group, ..primitive })
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
    let is_monoclinic = (3..=15).contains(&entry.number);
    is_monoclinic
        && normalize(&entry.hm_full.split(' ').filter(|part| *part != "1").collect::<String>()) == wanted
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

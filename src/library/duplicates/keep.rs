//! Which picture of a group to keep.
//!
//! Rules are asked in the user's order. Each leaves only those that are best by it; the first rule that tells two
//! pictures apart decides between them. When no rule does, the one that comes first by library and path is kept.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Candidate;
use crate::library::Format;
use crate::units::bytes;

/// A rule, best-first.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Not damaged; always asked first.
    Whole,
    /// More pixels.
    Resolution,
    /// A larger file.
    Bytes,
    /// Sharper, by more than [`SHARPNESS_TOLERANCE`].
    Sharpness,
    /// Telling more of itself: date, exposure, place, rating. Programs that turn or shrink often drop these.
    Metadata,
    /// Taken earlier; where that is unknown or equal, written earlier by more than [`WRITTEN_TOGETHER_NS`].
    Oldest,
    /// In the folder that comes first in this list, or below it; pictures in none of them come last.
    Folders(Vec<PreferredFolder>),
    /// Raw before TIFF before other formats without loss before JPEG and its like.
    Format,
    /// A name without "copy", "(1)" and the like.
    PlainName,
}

/// A folder whose pictures are preferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreferredFolder {
    /// Number of the library.
    pub library: u32,
    /// Below its root; empty for all of the library.
    pub relative: PathBuf,
}

/// Sharpness below this difference is equal.
pub const SHARPNESS_TOLERANCE: f32 = 0.02;

/// Files written within an hour were copied together: their times tell nothing about which was first.
pub const WRITTEN_TOGETHER_NS: u64 = 3_600_000_000_000;

impl Rule {
    /// The order that is offered first.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        vec![Self::Resolution, Self::Metadata, Self::Format, Self::PlainName, Self::Oldest, Self::Bytes]
    }

    /// `Greater` when `a` is the one to keep.
    fn compare(&self, a: &Candidate, b: &Candidate) -> Ordering {
        match self {
            Self::Whole => b.is_damaged.cmp(&a.is_damaged),
            Self::Resolution => a.pixels().cmp(&b.pixels()),
            Self::Bytes => a.size_bytes.cmp(&b.size_bytes),
            Self::Sharpness if (a.sharpness - b.sharpness).abs() < SHARPNESS_TOLERANCE => Ordering::Equal,
            Self::Sharpness => a.sharpness.total_cmp(&b.sharpness),
            Self::Metadata => a.facts.cmp(&b.facts),
            Self::Oldest => match (a.taken_secs, b.taken_secs) {
                (Some(first), Some(second)) if first != second => second.cmp(&first),
                _ if a.modified_ns.abs_diff(b.modified_ns) < WRITTEN_TOGETHER_NS => Ordering::Equal,
                _ => b.modified_ns.cmp(&a.modified_ns),
            },
            Self::Folders(folders) => folder_rank(folders, b).cmp(&folder_rank(folders, a)),
            Self::Format => format_rank(b.format).cmp(&format_rank(a.format)),
            Self::PlainName => is_plain(&a.relative).cmp(&is_plain(&b.relative)),
        }
    }

    /// Why `kept` is better than `other`, in words that follow the file's name.
    fn reason(&self, kept: &Candidate, other: &Candidate) -> String {
        let size = |picture: &Candidate| format!("{} × {}", picture.width, picture.height);
        match self {
            Self::Whole => "keeps the one that is not damaged".into(),
            Self::Resolution => format!("keeps {} over {}", size(kept), size(other)),
            Self::Bytes => format!("keeps {} over {}", bytes(kept.size_bytes), bytes(other.size_bytes)),
            Self::Sharpness => {
                format!("keeps the sharper one ({:.2} over {:.2})", kept.sharpness, other.sharpness)
            }
            Self::Metadata => "keeps the one that tells more (date, exposure, place, rating)".into(),
            Self::Oldest => match (kept.taken_secs, other.taken_secs) {
                (Some(first), Some(second)) if first != second => "keeps the one taken earlier".into(),
                _ => "keeps the one whose file is older".into(),
            },
            Self::Folders(_) => {
                let folder = kept.relative.parent().filter(|folder| !folder.as_os_str().is_empty());
                let name =
                    folder.map_or("the library's folder".into(), |folder| folder.display().to_string());
                format!("keeps the one in {name}")
            }
            Self::Format => format!("keeps {} over {}", kept.format, other.format),
            Self::PlainName => "keeps the one whose name is no copy's".into(),
        }
    }
}

/// The picture to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Position among the candidates.
    pub index: u32,
    /// For every other picture of the group, in order: its position and why the kept one is better.
    pub reasons: Vec<(u32, String)>,
}

impl Choice {
    /// The distinct reasons in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        let mut seen: Vec<&str> = Vec::new();
        for (_, reason) in &self.reasons {
            if !seen.contains(&reason.as_str()) {
                let separator = if words.is_empty() { "" } else { "; " };
                let _ = write!(words, "{separator}{reason}");
                seen.push(reason);
            }
        }
        words
    }
}

/// Chooses among pictures, given by position. `None` when none of the positions exists.
#[must_use]
pub fn suggest_keep(members: &[u32], candidates: &[Candidate], rules: &[Rule]) -> Option<Choice> {
    let get = |&index: &u32| candidates.get(index as usize).map(|candidate| (index, candidate));
    let all: Vec<(u32, &Candidate)> = members.iter().filter_map(get).collect();
    let mut left = all.clone();
    let mut decided_by: Vec<(u32, &Rule)> = Vec::new();
    // Before anything that was chosen: no rule is meant to keep half a picture.
    for rule in std::iter::once(&Rule::Whole).chain(rules) {
        // Against the best one, not pairwise: tolerances are not transitive.
        let Some(&(_, best)) = left.iter().max_by(|(_, a), (_, b)| strictly(rule, a, b)) else { break };
        let (worse, as_good) =
            left.into_iter().partition(|(_, candidate)| rule.compare(candidate, best) == Ordering::Less);
        let worse: Vec<(u32, &Candidate)> = worse;
        decided_by.extend(worse.iter().map(|(index, _)| (*index, rule)));
        left = as_good;
    }
    let place = |picture: &Candidate| (picture.library, picture.relative.clone());
    let &(index, kept) = left.iter().min_by_key(|(index, picture)| (place(picture), *index))?;
    let others = all.iter().filter(|(other, _)| *other != index);
    let reasons = others.map(|&(other, picture)| {
        let rule = decided_by.iter().find(|(lost, _)| *lost == other);
        let reason =
            rule.map_or_else(|| "no rule tells them apart".into(), |(_, rule)| rule.reason(kept, picture));
        (other, reason)
    });
    Some(Choice { index, reasons: reasons.collect() })
}

/// A rule's order without its tolerance.
fn strictly(rule: &Rule, a: &Candidate, b: &Candidate) -> Ordering {
    match rule {
        Rule::Sharpness => a.sharpness.total_cmp(&b.sharpness),
        Rule::Oldest => match rule.compare(a, b) {
            Ordering::Equal => b.modified_ns.cmp(&a.modified_ns),
            order => order,
        },
        _ => rule.compare(a, b),
    }
}

fn folder_rank(folders: &[PreferredFolder], picture: &Candidate) -> usize {
    let holds = |folder: &PreferredFolder| {
        folder.library == picture.library && picture.relative.starts_with(&folder.relative)
    };
    folders.iter().position(holds).unwrap_or(folders.len())
}

/// Lower is better.
fn format_rank(format: Format) -> u8 {
    match format {
        Format::Raw(_) => 0,
        Format::Tiff | Format::Exr | Format::Hdr => 1,
        Format::Png | Format::Qoi | Format::Bmp | Format::Tga => 2,
        Format::JpegXl | Format::Heic | Format::Avif => 3,
        Format::Jpeg => 4,
        Format::WebP => 5,
        Format::Gif => 6,
    }
}

/// Whether a name looks like no copy's. Only ASCII marks are asked for, so the lossy text does no harm.
fn is_plain(path: &Path) -> bool {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let named_copy =
        words.iter().any(|word| matches!(*word, "copy" | "kopie" | "copie" | "copia" | "duplicate"));
    !named_copy && !ends_with_number_in_brackets(&stem)
}

/// "name (2)", as browsers and file managers call a second copy. Four digits are a year.
fn ends_with_number_in_brackets(stem: &str) -> bool {
    let Some((_, number)) = stem.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return false;
    };
    (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

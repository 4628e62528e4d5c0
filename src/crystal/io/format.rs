//! Which format a file is in, by its name, else by how it begins.

use std::{ffi::OsStr, fmt};

use super::text::{Lines, decode, finite, words};

/// This much of a file is looked at.
const HEAD_BYTES: usize = 16 * 1024;

/// A format of structure files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Crystallographic Information File.
    Cif,
    /// POSCAR or CONTCAR of VASP.
    Poscar,
    /// Elements and coordinates of a molecule.
    Xyz,
    /// XYZ with `Lattice=` or `Properties=` in the comment line.
    ExtendedXyz,
}

impl Format {
    /// By the name where it says enough, else by the first lines.
    #[must_use]
    pub fn detect(file_name: &OsStr, head: &[u8]) -> Option<Self> {
        let head = decode(head.get(..HEAD_BYTES).unwrap_or(head));
        // Only ASCII parts matter, so that names in any encoding work.
        let name = file_name.to_string_lossy().to_ascii_lowercase();
        let has_extension =
            |wanted: &[&str]| wanted.iter().any(|e| name.strip_suffix(e).is_some_and(|n| n.ends_with('.')));
        if has_extension(&["cif", "mcif"]) {
            Some(Self::Cif)
        } else if has_extension(&["xyz", "extxyz"]) {
            Some(if is_extended(&head) { Self::ExtendedXyz } else { Self::Xyz })
        } else if has_extension(&["poscar", "contcar", "vasp"])
            || name.starts_with("poscar")
            || name.starts_with("contcar")
        {
            Some(Self::Poscar)
        } else {
            Self::by_content(&head)
        }
    }

    fn by_content(head: &str) -> Option<Self> {
        let first_word = Lines::new(head)
            .map(str::trim_start)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .and_then(|line| line.split_ascii_whitespace().next())?;
        if first_word.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data_")) {
            return Some(Self::Cif);
        }
        let lines: Vec<Vec<&str>> = Lines::new(head).take(5).map(words).collect();
        if matches!(lines.first().map(Vec::as_slice), Some([count]) if count.parse::<u64>().is_ok())
            && looks_like_atom(&lines)
        {
            return Some(if is_extended(head) { Self::ExtendedXyz } else { Self::Xyz });
        }
        let are_numbers = |line: Option<&Vec<&str>>, counts: &[usize]| {
            line.is_some_and(|words| {
                counts.contains(&words.len()) && words.iter().all(|word| finite(word).is_some())
            })
        };
        let is_poscar =
            are_numbers(lines.get(1), &[1, 3]) && (2..5).all(|row| are_numbers(lines.get(row), &[3]));
        is_poscar.then_some(Self::Poscar)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cif => "CIF",
            Self::Poscar => "POSCAR",
            Self::Xyz => "XYZ",
            Self::ExtendedXyz => "extended XYZ",
        })
    }
}

fn looks_like_atom(lines: &[Vec<&str>]) -> bool {
    lines
        .get(2)
        .is_some_and(|words| words.len() >= 4 && words.iter().filter(|w| finite(w).is_some()).count() >= 3)
}

fn is_extended(head: &str) -> bool {
    Lines::new(head).nth(1).is_some_and(|comment| {
        let comment = comment.to_ascii_lowercase();
        comment.contains("lattice=") || comment.contains("properties=")
    })
}

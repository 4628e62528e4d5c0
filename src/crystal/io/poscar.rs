//! POSCAR and CONTCAR, the structure files of VASP 4, 5 and 6.
//!
//! Comment; scale; three cell vectors; species (from VASP 5 on); counts; optionally `Selective dynamics`; `Direct` or
//! `Cartesian`; coordinates. Velocities and whatever else follows are passed over.

use glam::DVec3;

use super::{
    places::coincidences,
    species,
    text::{Lines, MAX_SITES, check_size, counted, finite, quote, vector, words},
};
use crate::crystal::{
    element::Element,
    error::ParseError,
    lattice::Lattice,
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
    symmetry::wrap_frac,
};

/// Factor on the cell and on Cartesian coordinates, by axis.
type Scale = DVec3;

pub(super) fn read(text: &str, name: &str) -> Result<Structure, ParseError> {
    let mut lines = Lines::new(text);
    let comment = lines.expect("the comment line")?.trim();
    let (lattice, scale) = read_lattice(&mut lines)?;
    let species = read_species(&mut lines, comment)?;
    let is_cartesian = read_mode(&mut lines)?;

    let total: usize = species.counts.iter().sum();
    // The shortest line of coordinates is `0 0 0`.
    let mut sites = Vec::with_capacity(total.min(lines.remaining_bytes() / 6 + 1));
    let mut trailing = Vec::new();
    for index in 0..total {
        let Some(line) = lines.next() else {
            let message = format!("the file declares {total} atoms but ends after {index}");
            return Err(ParseError::new(lines.number(), message));
        };
        let words = words(line);
        let position = vector(&words, lines.number(), &format!("atom {}", index + 1))?;
        let frac = if is_cartesian { lattice.frac_from_cart(position * scale) } else { position };
        let frac = wrap_frac(check_size(frac, lines.number())?);
        sites.push(Site { asymmetric: index as u32, frac, displacement: Displacement::Unknown });
        if species.elements.is_none() {
            trailing.push(words.last().copied().filter(|_| words.len() > 3).and_then(element_of));
        }
    }
    let asymmetric = name_atoms(&species, trailing)?;
    let mut structure = Structure {
        name: if comment.is_empty() { name.to_owned() } else { comment.to_owned() },
        lattice,
        periodic: true,
        asymmetric,
        sites,
        stated_space_group: None,
        warnings: Vec::new(),
    };
    structure.warnings.extend(coincidences(&structure));
    Ok(structure)
}

fn read_lattice(lines: &mut Lines<'_>) -> Result<(Lattice, Scale), ParseError> {
    let factors = words(lines.expect("the scale factor")?);
    let scale_line = lines.number();
    let mut rows = [DVec3::ZERO; 3];
    for (row, name) in rows.iter_mut().zip(["a", "b", "c"]) {
        let words = words(lines.expect("a cell vector")?);
        *row = vector(&words, lines.number(), &format!("the cell vector {name}"))?;
    }
    let wrong = || {
        let found = quote(&factors.join(" "));
        ParseError::new(
            scale_line,
            format!("the scale must be one number other than zero, or three positive ones, found `{found}`"),
        )
    };
    let numbers: Vec<f64> = factors.iter().map_while(|word| finite(word)).collect();
    let scale = match numbers.as_slice() {
        // Three factors only when the line has nothing else: some programs append a remark to a single one.
        [x, y, z] if factors.len() == 3 && *x > 0.0 && *y > 0.0 && *z > 0.0 => DVec3::new(*x, *y, *z),
        [factor, ..] if *factor > 0.0 && (numbers.len() == 1 || factors.len() != 3) => DVec3::splat(*factor),
        // A negative number is the volume of the cell in Å³.
        [volume] if *volume < 0.0 => {
            let [a, b, c] = rows;
            DVec3::splat((-volume / a.cross(b).dot(c).abs()).cbrt())
        }
        _ => return Err(wrong()),
    };
    let lattice = Lattice::from_vectors(rows.map(|row| row * scale))
        .map_err(|error| ParseError::new(lines.number(), error.to_string()))?;
    Ok((lattice, scale))
}

/// Counts of atoms, with their elements unless the file leaves those to its POTCAR.
struct Species {
    elements: Option<Vec<Element>>,
    counts: Vec<usize>,
    line: usize,
}

fn read_species(lines: &mut Lines<'_>, comment: &str) -> Result<Species, ParseError> {
    let first = words(lines.expect("the elements or the numbers of atoms")?);
    let is_count = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
    if first.first().is_some_and(is_count) {
        // VASP 4 has no line of elements; its users write them into the comment.
        let line = lines.number();
        let counts = read_counts(&first, line)?;
        let named: Vec<Element> = words(comment).into_iter().map_while(element_of).collect();
        let elements = Some(named).filter(|named| named.len() == counts.len());
        return Ok(Species { elements, counts, line });
    }
    let line = lines.number();
    let mut elements = Vec::with_capacity(first.len());
    for word in &first {
        elements.push(
            element_of(word)
                .ok_or_else(|| ParseError::new(line, format!("`{}` is no element", quote(word))))?,
        );
    }
    let second = words(lines.expect("the numbers of atoms")?);
    let counts = read_counts(&second, lines.number())?;
    if counts.len() != elements.len() {
        let message = format!(
            "there should be one number of atoms per element, but there are {} and {}",
            counted(elements.len(), "element"),
            counted(counts.len(), "count"),
        );
        return Err(ParseError::new(lines.number(), message));
    }
    Ok(Species { elements: Some(elements), counts, line })
}

fn read_counts(words: &[&str], line: usize) -> Result<Vec<usize>, ParseError> {
    let mut counts = Vec::with_capacity(words.len());
    // Remarks behind the numbers begin with a sign of their own.
    for word in words.iter().take_while(|word| !word.starts_with(['!', '#'])) {
        let count = word
            .parse::<usize>()
            .map_err(|_| ParseError::new(line, format!("`{}` is not a number of atoms", quote(word))))?;
        counts.push(count);
    }
    let total = counts.iter().fold(0_usize, |sum, count| sum.saturating_add(*count));
    match total {
        0 => Err(ParseError::new(line, "the file declares no atoms")),
        1..=MAX_SITES => Ok(counts),
        _ => Err(ParseError::new(
            line,
            format!("the file declares {total} atoms; Vitrine opens up to {MAX_SITES}"),
        )),
    }
}

/// Whether coordinates are Cartesian.
fn read_mode(lines: &mut Lines<'_>) -> Result<bool, ParseError> {
    let mut mode = lines.expect("`Direct` or `Cartesian`")?.trim();
    if mode.starts_with(['S', 's']) {
        mode = lines.expect("`Direct` or `Cartesian`")?.trim();
    }
    match mode.bytes().next() {
        Some(b'C' | b'c' | b'K' | b'k') => Ok(true),
        Some(b'D' | b'd' | b'F' | b'f') => Ok(false),
        _ => {
            let message = format!("`Direct` or `Cartesian` should stand here, found `{}`", quote(mode));
            Err(ParseError::new(lines.number(), message))
        }
    }
}

/// One distinct site per atom: without symmetry each is its own.
fn name_atoms(species: &Species, trailing: Vec<Option<Element>>) -> Result<Vec<AsymmetricSite>, ParseError> {
    let elements: Vec<Element> = match &species.elements {
        Some(elements) => {
            let repeated = elements.iter().zip(&species.counts);
            repeated.flat_map(|(element, count)| std::iter::repeat_n(*element, *count)).collect()
        }
        None => trailing.into_iter().collect::<Option<_>>().ok_or_else(|| {
            ParseError::new(
                species.line,
                "the file names no elements (VASP 4); write one symbol per number of atoms into a line above this one",
            )
        })?,
    };
    Ok(number_labels(&elements))
}

/// Labels `Na1`, `Na2`, `Cl1` in the order of the atoms.
pub(super) fn number_labels(elements: &[Element]) -> Vec<AsymmetricSite> {
    let mut seen = [0_u32; Element::MAX_NUMBER as usize + 1];
    elements
        .iter()
        .map(|element| {
            let count = seen.get_mut(usize::from(element.number()));
            let number = count.map_or(0, |count| {
                *count += 1;
                *count
            });
            AsymmetricSite {
                label: format!("{element}{number}"),
                occupants: vec![Occupant { element: *element, occupancy: 1.0, charge: None }],
                disorder: None,
            }
        })
        .collect()
}

/// `Na`, `Na_pv`, `Ti_sv_GW`, `H1.25`, and with the hash of VASP 6 `Na_pv/1a2b3c`.
fn element_of(word: &str) -> Option<Element> {
    let letters = species::leading_letters(word);
    let rest = word.get(letters.len()..).unwrap_or_default();
    let is_potential = rest.is_empty()
        || rest.starts_with(['_', '/', '.', ':'])
        || rest.starts_with(|c: char| c.is_ascii_digit());
    if is_potential { species::exact(letters) } else { None }
}

//! XYZ and extended XYZ, with any number of frames.
//!
//! A frame is a count, a comment, and one line per atom. In extended XYZ the comment holds `key=value` pairs:
//! `Lattice="ax ay az bx by bz cx cy cz"`, `Properties=species:S:1:pos:R:3:…` (name, type, number of columns), and
//! `pbc="T T F"`. Without a lattice the frame is a molecule.

use glam::DVec3;

use super::{
    places::coincidences,
    poscar::number_labels,
    species::{Formula, from_type_symbol},
    text::{Lines, MAX_SITES, check_size, counted, finite, quote, vector, words},
};
use crate::crystal::{
    element::Element,
    error::ParseError,
    lattice::Lattice,
    structure::{Displacement, Site, Structure},
    symmetry::wrap_frac,
};

/// What a frame costs in memory besides its atoms, in atoms.
const FRAME_COST: usize = 32;

/// The frames up to the first that is broken, which is an error when it is the first and else one of `failures`.
pub(super) fn read(
    text: &str,
    name: &str,
    failures: &mut Vec<ParseError>,
) -> Result<Vec<Structure>, ParseError> {
    let mut lines = Lines::new(text);
    let mut frames: Vec<Structure> = Vec::new();
    let mut total = 0_usize;
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        let frame_line = lines.number();
        let kept = counted(frames.len(), "frame");
        let frame = match read_frame(line, &mut lines, name) {
            Ok(frame) => frame,
            Err(error) if frames.is_empty() => return Err(error),
            Err(error) => {
                // A run that was stopped leaves half a frame; those before it are whole.
                let message = format!("{} (read up to here: {kept})", error.message);
                failures.push(ParseError { message, ..error });
                break;
            }
        };
        total += frame.sites.len() + FRAME_COST;
        if total > MAX_SITES && !frames.is_empty() {
            let message = format!(
                "the frames from here on were left out: Vitrine opens {MAX_SITES} atoms, which the first {kept} fill"
            );
            failures.push(ParseError::new(frame_line, message));
            break;
        }
        frames.push(frame);
    }
    if frames.is_empty() { Err(ParseError::new(1, "the file is empty")) } else { Ok(frames) }
}

fn read_frame(count_line: &str, lines: &mut Lines<'_>, name: &str) -> Result<Structure, ParseError> {
    let declared_line = lines.number();
    let count: usize = count_line.trim().parse().map_err(|_| {
        let message = format!("the number of atoms should stand here, found `{}`", quote(count_line.trim()));
        ParseError::new(declared_line, message)
    })?;
    if count == 0 || count > MAX_SITES {
        let message = format!("the frame declares {count} atoms; Vitrine opens 1 to {MAX_SITES}");
        return Err(ParseError::new(declared_line, message));
    }
    let comment = lines.expect("the comment line")?.trim();
    let header = Header::parse(comment, lines.number())?;
    let mut warnings = header.warning.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let mut elements = Vec::with_capacity(count.min(lines.remaining_bytes() / 8 + 1));
    let mut sites = Vec::with_capacity(elements.capacity());
    let mut beyond = 0;
    for index in 0..count {
        let Some(line) = lines.next() else {
            let message = format!("the frame declares {count} atoms but the file ends after {index}");
            return Err(ParseError::new(declared_line, message));
        };
        let (element, cart) = read_atom(line, &header, lines.number())?;
        let frac = match &header.lattice {
            Some(lattice) => check_size(lattice.frac_from_cart(cart), lines.number())?,
            None => cart,
        };
        let wrapped = if header.lattice.is_some() { wrap_frac(frac) } else { frac };
        beyond += usize::from(
            header.open_axes.iter().zip((wrapped - frac).to_array()).any(|(open, d)| *open && d.abs() > 0.5),
        );
        elements.push(element);
        sites.push(Site { asymmetric: index as u32, frac: wrapped, displacement: Displacement::Unknown });
    }
    if beyond > 0 {
        warnings.push(format!("{} beyond the cell moved into it", counted(beyond, "atom")));
    }
    let mut structure = Structure {
        name: if comment.is_empty() || header.is_extended { name.to_owned() } else { comment.to_owned() },
        lattice: header.lattice.unwrap_or(Lattice::UNIT),
        periodic: header.lattice.is_some(),
        asymmetric: number_labels(&elements),
        sites,
        stated_space_group: None,
        warnings,
    };
    structure.warnings.extend(coincidences(&structure));
    Ok(structure)
}

fn read_atom(line: &str, header: &Header, number: usize) -> Result<(Element, DVec3), ParseError> {
    let words = words(line);
    let symbol = words.get(header.species_column).copied().ok_or_else(|| {
        ParseError::new(number, "an atom should stand here: its element and three coordinates")
    })?;
    let element = element_of(symbol)
        .ok_or_else(|| ParseError::new(number, format!("`{}` is no element", quote(symbol))))?;
    let coordinates = words.get(header.position_column..).unwrap_or_default();
    let cart = vector(coordinates, number, &format!("the position of {}", quote(symbol)))?;
    Ok((element, check_size(cart, number)?))
}

/// A symbol, a symbol with a counter (`C1`), or an atomic number.
fn element_of(word: &str) -> Option<Element> {
    match word.parse::<u8>() {
        Ok(number) => Element::from_number(number),
        Err(_) => from_type_symbol(word, &Formula::default()).map(|(element, _)| element),
    }
}

/// What the comment line of a frame says.
struct Header {
    lattice: Option<Lattice>,
    /// Axes of the lattice that the file calls not periodic.
    open_axes: [bool; 3],
    species_column: usize,
    position_column: usize,
    is_extended: bool,
    warning: Option<&'static str>,
}

impl Header {
    fn parse(comment: &str, line: usize) -> Result<Self, ParseError> {
        let mut header = Self {
            lattice: None,
            open_axes: [false; 3],
            species_column: 0,
            position_column: 1,
            is_extended: false,
            warning: None,
        };
        for (key, value) in pairs(comment) {
            if key.eq_ignore_ascii_case("lattice") {
                header.is_extended = true;
                header.lattice = Some(read_lattice(value, line)?);
            } else if key.eq_ignore_ascii_case("properties") {
                header.is_extended = true;
                header.read_properties(value, line)?;
            } else if key.eq_ignore_ascii_case("pbc") {
                for (open, word) in header.open_axes.iter_mut().zip(words(value)) {
                    *open = matches!(word.bytes().next(), Some(b'F' | b'f' | b'0'));
                }
            }
        }
        if header.lattice.is_some() {
            match header.open_axes {
                [true, true, true] => header.lattice = None,
                [false, false, false] => {}
                _ => {
                    header.warning =
                        Some("The file repeats in fewer than three directions; it is shown as a crystal");
                }
            }
        }
        Ok(header)
    }

    fn read_properties(&mut self, value: &str, line: usize) -> Result<(), ParseError> {
        let wrong = |reason: &str| ParseError::new(line, format!("`Properties={}` {reason}", quote(value)));
        let fields: Vec<&str> = value.split(':').collect();
        let (mut species, mut position) = (None, None);
        let mut column = 0_usize;
        for field in fields.chunks(3) {
            let [name, _, width] = field else { return Err(wrong("is not a list of name:type:columns")) };
            let width: usize = width.parse().map_err(|_| wrong("has a number of columns that is none"))?;
            match name.to_ascii_lowercase().as_str() {
                "species" | "element" | "z" => species = species.or(Some(column)),
                "pos" | "positions" if width == 3 => position = position.or(Some(column)),
                _ => {}
            }
            column = column.saturating_add(width);
        }
        self.species_column = species.ok_or_else(|| wrong("has no column `species`"))?;
        self.position_column = position.ok_or_else(|| wrong("has no three columns `pos`"))?;
        Ok(())
    }
}

fn read_lattice(value: &str, line: usize) -> Result<Lattice, ParseError> {
    let numbers: Option<Vec<f64>> = words(value).into_iter().map(finite).collect();
    match numbers.as_deref() {
        Some(&[ax, ay, az, bx, by, bz, cx, cy, cz]) => {
            let vectors = [DVec3::new(ax, ay, az), DVec3::new(bx, by, bz), DVec3::new(cx, cy, cz)];
            Lattice::from_vectors(vectors).map_err(|error| ParseError::new(line, error.to_string()))
        }
        _ => Err(ParseError::new(line, format!("`Lattice` needs nine numbers, found `{}`", quote(value)))),
    }
}

/// `key=value` pairs; values with blanks stand in quotation marks or braces. Words without `=` are passed over.
fn pairs(comment: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = comment;
    while let Some((before, after)) = rest.split_once('=') {
        let key = before.split_ascii_whitespace().last().unwrap_or_default();
        let after = after.trim_start();
        let closing = match after.bytes().next() {
            Some(b'"') => Some('"'),
            Some(b'\'') => Some('\''),
            Some(b'{') => Some('}'),
            Some(b'[') => Some(']'),
            _ => None,
        };
        let (value, tail) = match closing {
            Some(mark) => {
                let inner = after.get(1..).unwrap_or_default();
                inner.split_once(mark).unwrap_or((inner, ""))
            }
            None => after.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((after, "")),
        };
        pairs.push((key.trim_matches('"'), value));
        rest = tail;
    }
    pairs
}

//! Data blocks to structures.

use super::{
    assemble::assemble,
    atoms::{self, Row},
    document::{Block, Document, Salvage, Value},
    symmetry,
};
use crate::crystal::{
    error::ParseError,
    io::text::{finite, quote},
    lattice::{CellParameters, Lattice},
    structure::Structure,
    symmetry::Group,
};

const CELL_TAGS: [&str; 6] = [
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
];

/// Broken blocks of one file that are told of.
const MAX_ERRORS: usize = 40;

/// Every structure of a CIF file. Why others failed is an error when there is none, else added to `failures`.
pub(in crate::crystal::io) fn read(
    text: &str,
    name: &str,
    failures: &mut Vec<ParseError>,
) -> Result<Vec<Structure>, ParseError> {
    let Salvage { document, mut errors, repairs } = Document::salvage(text)?;
    let mut structures = Vec::new();
    for block in document.blocks() {
        match read_block(&block, name) {
            Ok(structure) => structures.extend(structure),
            Err(error) => {
                let message = format!("in the data block `{}`: {}", quote(block.name()), error.message);
                errors.push(ParseError { message, ..error });
                errors.truncate(MAX_ERRORS);
            }
        }
    }
    errors.sort_by_key(|error| error.line);
    if let Some(first) = structures.first_mut() {
        first.warnings.extend(repairs.iter().map(|repair| format!("Passed over: {repair}")));
        failures.append(&mut errors);
        return Ok(structures);
    }
    Err(errors.into_iter().next().unwrap_or_else(|| {
        ParseError::new(
            1,
            "no data block of this file has a cell and atoms (`_cell_length_a`, `_atom_site_fract_x`)",
        )
    }))
}

/// `None` for blocks that are about something else: neither a cell nor atoms.
fn read_block(block: &Block<'_>, file_name: &str) -> Result<Option<Structure>, ParseError> {
    let has_cell = block.value_of(&CELL_TAGS).is_some();
    if !has_cell && !atoms::has_coordinates(block) {
        return Ok(None);
    }
    let mut warnings = Vec::new();
    let lattice = if has_cell { Some(read_cell(block)?) } else { None };
    let rows = atoms::read(block, lattice.as_ref(), &mut warnings)?;
    if rows.is_empty() {
        return Err(ParseError::new(block.line(), "there is a unit cell but no atom with coordinates"));
    }
    let name = if block.name().is_empty() { file_name } else { block.name() };
    let (group, stated_space_group) = match &lattice {
        Some(lattice) => symmetry::read(block, lattice, &mut warnings)?,
        None => (Group::identity(), None),
    };
    let structure = Structure {
        name: name.to_owned(),
        lattice: lattice.unwrap_or(Lattice::UNIT),
        periodic: lattice.is_some(),
        asymmetric: Vec::new(),
        sites: Vec::new(),
        stated_space_group,
        warnings,
    };
    place(block, structure, &group, rows).map(Some)
}

fn place(
    block: &Block<'_>,
    structure: Structure,
    group: &Group,
    rows: Vec<Row>,
) -> Result<Structure, ParseError> {
    assemble(structure, group, rows).map_err(|message| ParseError::new(block.line(), message))
}

fn read_cell(block: &Block<'_>) -> Result<Lattice, ParseError> {
    let mut numbers = [0.0; 6];
    for (number, tag) in numbers.iter_mut().zip(CELL_TAGS) {
        let value = block
            .value_of(&[tag])
            .ok_or_else(|| ParseError::new(block.line(), format!("the unit cell lacks `{tag}`")))?;
        *number = parse_number(value.text()).ok_or_else(|| {
            ParseError::new(value.line(), format!("`{tag}` is `{}`, not a number", quote(value.text())))
        })?;
    }
    let [a, b, c, alpha, beta, gamma] = numbers;
    let cell_line =
        || block.value_of(&CELL_TAGS).map_or_else(|| block.line(), |value: Value<'_>| value.line());
    Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma })
        .map_err(|error| ParseError::new(cell_line(), error.to_string()))
}

/// A number of a CIF file: the standard uncertainty of `1.234(5)` is dropped, and `1/3` is understood.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = match text.split_once('(') {
        Some((number, rest)) => {
            let digits = rest.strip_suffix(')')?;
            digits.bytes().all(|b| b.is_ascii_digit() || b == b'.').then_some(number)?
        }
        None => text,
    };
    match number.split_once('/') {
        Some((numerator, denominator)) => {
            let quotient = finite(numerator)? / finite(denominator)?;
            quotient.is_finite().then_some(quotient)
        }
        None => finite(number),
    }
}

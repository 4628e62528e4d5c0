//! The rows of `_atom_site_`.

use std::collections::BTreeSet;

use glam::DVec3;

use super::{
    displacement::Displacements,
    document::{Block, Column, Value},
    structure::parse_number,
};
use crate::crystal::{
    element::Element,
    error::ParseError,
    io::{
        species::{self, Formula},
        text::{MAX_SITES, check_size, counted, quote},
    },
    lattice::Lattice,
    structure::{Displacement, Occupant},
};

const FRACT_TAGS: [&str; 3] = ["_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"];
const CARTN_TAGS: [&str; 3] = ["_atom_site_cartn_x", "_atom_site_cartn_y", "_atom_site_cartn_z"];
const LABEL_TAGS: [&str; 3] = ["_atom_site_label", "_atom_site_label_atom_id", "_atom_site_id"];
const MULTIPLICITY_TAGS: [&str; 2] =
    ["_atom_site_site_symmetry_multiplicity", "_atom_site_symmetry_multiplicity"];

/// Labels named in a warning before it says how many more there are.
const LABELS_NAMED: usize = 5;

/// One row that is an atom.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) occupant: Occupant,
    pub(super) frac: DVec3,
    pub(super) displacement: Displacement,
    pub(super) disorder: Option<(String, String)>,
    pub(super) multiplicity: Option<usize>,
}

/// The columns that rows are read from.
struct Columns<'d> {
    label: Option<Column<'d>>,
    type_symbol: Option<Column<'d>>,
    coordinates: [Column<'d>; 3],
    is_cartesian: bool,
    occupancy: Option<Column<'d>>,
    assembly: Option<Column<'d>>,
    group: Option<Column<'d>>,
    multiplicity: Option<Column<'d>>,
    calculation: Option<Column<'d>>,
    attached_hydrogens: Option<Column<'d>>,
}

/// Whether a block has coordinates of atoms.
pub(super) fn has_coordinates(block: &Block<'_>) -> bool {
    FRACT_TAGS.iter().chain(&CARTN_TAGS).any(|tag| block.column(tag).is_some_and(|column| !column.is_empty()))
}

/// A single occupancy above this is no mistake of a few per cent.
const SURELY_PERCENT: f64 = 2.0;

/// The atoms of a block; without a lattice, Cartesian coordinates are the fractional ones of the unit lattice.
pub(super) fn read(
    block: &Block<'_>,
    lattice: Option<&Lattice>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Row>, ParseError> {
    let Some(columns) = find_columns(block, lattice.is_some())? else { return Ok(Vec::new()) };
    let displacements = Displacements::read(block, lattice);
    let formula =
        block.value_of(&["_chemical_formula_sum"]).map(|v| Formula::parse(v.text())).unwrap_or_default();
    let mut rows = Vec::new();
    let mut skipped = Vec::new();
    let mut hydrogens = 0;
    let mut groups = BTreeSet::new();
    for index in 0..columns.coordinates[0].len() {
        let label = text_in(columns.label, index).unwrap_or_default();
        let type_symbol = text_in(columns.type_symbol, index);
        let is_dummy =
            text_in(columns.calculation, index).is_some_and(|flag| flag.eq_ignore_ascii_case("dum"));
        let position = if is_dummy { None } else { coordinates(&columns, index)? };
        let Some(position) = position else {
            skipped.push(if label.is_empty() { type_symbol.unwrap_or_default() } else { label });
            continue;
        };
        if rows.len() >= MAX_SITES {
            let message = format!("there are more than {MAX_SITES} atoms, which is more than Vitrine opens");
            return Err(ParseError::new(block.line(), message));
        }
        let here = || columns.coordinates[0].get(index).map_or(0, |value| value.line());
        let (element, charge) =
            element_of(type_symbol, label, &formula).map_err(|message| ParseError::new(here(), message))?;
        let named = type_symbol.unwrap_or(label);
        let is_group =
            if type_symbol.is_some() { !species::is_exact(named) } else { species::is_group_label(named) };
        if is_group {
            groups.insert(format!("{} as {element}", quote(named)));
        }
        let frac = match lattice {
            Some(lattice) if columns.is_cartesian => lattice.frac_from_cart(position),
            _ => position,
        };
        hydrogens += text_in(columns.attached_hydrogens, index)
            .and_then(|t| t.parse::<usize>().ok())
            .unwrap_or(0)
            .min(8);
        let disorder_part = |column| text_in(column, index).unwrap_or_default().to_owned();
        let disorder = (disorder_part(columns.assembly), disorder_part(columns.group));
        rows.push(Row {
            displacement: displacements.of_row(index, label),
            label: if label.is_empty() { format!("{element}{}", index + 1) } else { label.to_owned() },
            occupant: Occupant { element, occupancy: occupancy(&columns, index)?, charge },
            frac: check_size(frac, 0).map_err(|error| ParseError { line: here(), ..error })?,
            disorder: Some(disorder).filter(|(assembly, group)| !(assembly.is_empty() && group.is_empty())),
            multiplicity: text_in(columns.multiplicity, index).and_then(|text| text.parse().ok()),
        });
    }
    if !groups.is_empty() {
        let named = groups.into_iter().take(LABELS_NAMED).collect::<Vec<_>>().join(", ");
        warnings.push(format!(
            "Names that are no elements were read as one atom each, without hydrogens: {named}"
        ));
    }
    read_percentages(&mut rows, warnings);
    report(&skipped, hydrogens, warnings);
    Ok(rows)
}

/// Some files give occupancies in percent. One far above 1 tells: nothing fills a site twice over.
fn read_percentages(rows: &mut [Row], warnings: &mut Vec<String>) {
    if rows.iter().any(|row| row.occupant.occupancy > SURELY_PERCENT) {
        for row in rows {
            row.occupant.occupancy /= 100.0;
        }
        warnings.push("The occupancies were read as percentages".to_owned());
    }
}

fn report(skipped: &[&str], hydrogens: usize, warnings: &mut Vec<String>) {
    if !skipped.is_empty() {
        let mut named =
            skipped.iter().take(LABELS_NAMED).map(|label| quote(label)).collect::<Vec<_>>().join(", ");
        if skipped.len() > LABELS_NAMED {
            named.push_str(", …");
        }
        warnings.push(format!("{} without coordinates left out: {named}", counted(skipped.len(), "atom")));
    }
    if hydrogens > 0 {
        warnings.push(format!(
            "The file mentions {} without coordinates, attached to other atoms; they are not shown",
            counted(hydrogens, "hydrogen")
        ));
    }
}

fn find_columns<'d>(block: &Block<'d>, has_lattice: bool) -> Result<Option<Columns<'d>>, ParseError> {
    let find = |tags: [&str; 3]| -> Option<[Column<'d>; 3]> {
        let [x, y, z] = tags.map(|tag| block.column(tag));
        Some([x?, y?, z?])
    };
    // A table may have both, one of them filled with question marks.
    let is_filled =
        |columns: &[Column<'d>; 3]| columns.iter().all(|c| c.iter().any(|value| !value.is_missing()));
    let fractional = find(FRACT_TAGS);
    let cartesian = find(CARTN_TAGS);
    let (coordinates, is_cartesian) = match (fractional, cartesian) {
        (Some(columns), None) if has_lattice => (columns, false),
        (Some(columns), Some(_)) if has_lattice && is_filled(&columns) => (columns, false),
        (_, Some(columns)) => (columns, true),
        (Some(_), None) => {
            return Err(ParseError::new(block.line(), "there are fractional coordinates but no unit cell"));
        }
        (None, None) => return Ok(None),
    };
    let columns = Columns {
        label: block.column_of(&LABEL_TAGS),
        type_symbol: block.column("_atom_site_type_symbol"),
        coordinates,
        is_cartesian,
        occupancy: block.column("_atom_site_occupancy"),
        assembly: block.column("_atom_site_disorder_assembly"),
        group: block.column("_atom_site_disorder_group"),
        multiplicity: block.column_of(&MULTIPLICITY_TAGS),
        calculation: block.column("_atom_site_calc_flag"),
        attached_hydrogens: block.column("_atom_site_attached_hydrogens"),
    };
    let [x, y, z] = &columns.coordinates;
    let others = [columns.label, columns.type_symbol, columns.occupancy].into_iter().flatten();
    if others.chain([*y, *z]).any(|column| column.len() != x.len()) {
        let line = x.get(0).map_or_else(|| block.line(), |value| value.line());
        return Err(ParseError::new(line, "the columns of `_atom_site_` have different numbers of rows"));
    }
    Ok(Some(columns))
}

/// The text of a cell that is there and says something.
fn text_in(column: Option<Column<'_>>, row: usize) -> Option<&str> {
    let value = column?.get(row)?;
    (!value.is_missing()).then(|| value.text().trim())
}

/// `None` when the row has no position.
fn coordinates(columns: &Columns<'_>, row: usize) -> Result<Option<DVec3>, ParseError> {
    let mut position = [0.0; 3];
    for (component, column) in position.iter_mut().zip(&columns.coordinates) {
        let Some(value) = column.get(row).filter(|value| !value.is_missing()) else { return Ok(None) };
        *component = number(value, "the coordinate")?;
    }
    let position = DVec3::from_array(position);
    check_size(position, 0).map(Some).map_err(|error| {
        let line = columns.coordinates[0].get(row).map_or(0, |value| value.line());
        ParseError { line, ..error }
    })
}

fn occupancy(columns: &Columns<'_>, row: usize) -> Result<f64, ParseError> {
    let Some(value) =
        columns.occupancy.and_then(|column| column.get(row)).filter(|value| !value.is_missing())
    else {
        return Ok(1.0);
    };
    let occupancy = number(value, "the occupancy")?;
    // Percentages occur; anything beyond them is a mistake that would drown the rest.
    if (0.0..=100.0).contains(&occupancy) {
        Ok(occupancy)
    } else {
        Err(ParseError::new(value.line(), format!("the occupancy {occupancy} is not between 0 and 1")))
    }
}

fn number(value: Value<'_>, what: &str) -> Result<f64, ParseError> {
    parse_number(value.text()).ok_or_else(|| {
        ParseError::new(value.line(), format!("{what} `{}` is not a number", quote(value.text())))
    })
}

fn element_of(
    type_symbol: Option<&str>,
    label: &str,
    formula: &Formula,
) -> Result<(Element, Option<i8>), String> {
    let by_type = type_symbol.and_then(|text| species::from_type_symbol(text, formula));
    // A label that begins like a known element must not overrule a type symbol that names none.
    let by_label = || if type_symbol.is_none() { species::from_label(label, formula) } else { None };
    by_type.or_else(by_label).ok_or_else(|| match type_symbol {
        Some(text) => format!(
            "the atom `{}` has the type symbol `{}`, which names no element",
            quote(label),
            quote(text)
        ),
        None => format!(
            "the label `{}` does not begin with the symbol of an element, and there is no type symbol",
            quote(label)
        ),
    })
}

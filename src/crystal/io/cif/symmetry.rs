//! The space group of a data block.
//!
//! Operations that the file lists are trusted, then the Hall symbol, then the Hermann–Mauguin symbol, then the number
//! of the International Tables. What the file says twice is compared, and differences become warnings.

use super::document::{Block, Column};
use crate::crystal::{
    error::ParseError,
    io::text::{counted, quote},
    lattice::Lattice,
    symmetry::{Group, Operation, Setting, by_hall_symbol, by_hermann_mauguin, by_number},
};

const OPERATION_TAGS: [&str; 3] = [
    "_space_group_symop_operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    // Magnetic CIF: a fourth part tells time reversal, which atoms do not feel.
    "_space_group_symop_magn_operation_xyz",
];
const CENTRING_TAG: &str = "_space_group_symop_magn_centering_xyz";
const HALL_TAGS: [&str; 2] = ["_space_group_name_hall", "_symmetry_space_group_name_hall"];
const HERMANN_MAUGUIN_TAGS: [&str; 5] = [
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m_ref",
    "_space_group_name_h-m_full",
    "_space_group_name_h-m",
];
const NUMBER_TAGS: [&str; 2] = ["_space_group_it_number", "_symmetry_int_tables_number"];

/// The group, and the space group as the file calls it.
pub(super) fn read(
    block: &Block<'_>,
    lattice: &Lattice,
    warnings: &mut Vec<String>,
) -> Result<(Group, Option<String>), ParseError> {
    let text_of = |tags: &[&str]| block.value_of(tags).map(|value| value.text().trim());
    let symbol = text_of(&HERMANN_MAUGUIN_TAGS);
    let hall = text_of(&HALL_TAGS);
    let number: Option<u8> = text_of(&NUMBER_TAGS).and_then(|text| text.parse().ok());
    let stated = symbol
        .or(hall)
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .or_else(|| number.map(|number| format!("No. {number}")));

    let by_symbol = hall.and_then(by_hall_symbol).or_else(|| by_hermann_mauguin(symbol?, lattice));
    let is_symbol_known = by_symbol.is_some();
    let setting = by_symbol.or_else(|| by_number(number?, lattice));
    let group = match (listed_operations(block)?, setting) {
        (Some(group), setting) => {
            check_listed(&group, setting.as_ref(), stated.as_deref(), warnings);
            group
        }
        (None, Some(setting)) => {
            warnings.extend(setting.assumption.clone());
            let unknown = symbol.or(hall).filter(|_| !is_symbol_known);
            if let (Some(symbol), Some(number)) = (unknown, setting.number) {
                warnings.push(format!(
                    "The space group symbol `{}` is not known; number {number} was used instead",
                    quote(symbol)
                ));
            }
            setting.group
        }
        (None, None) => {
            warnings.push(match &stated {
                Some(name) => format!(
                    "The space group `{}` is not known and the file lists no symmetry operations, so its atoms were \
                     taken as the whole cell (P1)",
                    quote(name)
                ),
                None => "The file states no symmetry, so its atoms were taken as the whole cell (P1)".to_owned(),
            });
            Group::identity()
        }
    };
    if !group.fits(lattice) {
        warnings.push("The symmetry operations do not fit the lengths and angles of the cell".to_owned());
    }
    Ok((group, stated))
}

fn listed_operations(block: &Block<'_>) -> Result<Option<Group>, ParseError> {
    let Some(column) = OPERATION_TAGS.iter().find_map(|tag| block.column(tag)) else {
        return Ok(None);
    };
    let operations = parse_all(column)?;
    if operations.is_empty() {
        return Ok(None);
    }
    let line = || column.get(0).map_or_else(|| block.line(), |value| value.line());
    let group_of = |operations: Vec<Operation>| {
        Group::new(operations).map_err(|error| ParseError::new(line(), error.to_string()))
    };
    let Some(centrings) = block.column(CENTRING_TAG) else { return group_of(operations).map(Some) };
    // Both lists are made distinct first: their product is what can grow.
    let operations = group_of(operations)?;
    let centrings = group_of(parse_all(centrings)?)?;
    let mut all = Vec::with_capacity(operations.operations().len() * centrings.operations().len());
    for centring in centrings.operations() {
        all.extend(operations.operations().iter().map(|operation| centring.after(operation)));
    }
    group_of(all).map(Some)
}

fn parse_all(column: Column<'_>) -> Result<Vec<Operation>, ParseError> {
    let mut operations = Vec::new();
    for value in column.iter().filter(|value| !value.is_missing()) {
        let text = value.text().trim();
        // `x,y,z,+1` of magnetic groups.
        let spatial = text.strip_suffix(",+1").or_else(|| text.strip_suffix(",-1")).unwrap_or(text);
        operations.push(Operation::parse(spatial).map_err(|error| {
            ParseError::new(value.line(), format!("this symmetry operation cannot be read: {error}"))
        })?);
    }
    Ok(operations)
}

fn check_listed(group: &Group, setting: Option<&Setting>, stated: Option<&str>, warnings: &mut Vec<String>) {
    if !group.is_closed() {
        warnings.push(format!(
            "The {} of the file are not a complete group, so atoms may be missing",
            counted(group.operations().len(), "symmetry operation")
        ));
        return;
    }
    let (Some(setting), Some(stated)) = (setting, stated) else { return };
    let (ours, theirs) = (group.operations().len(), setting.group.operations().len());
    let same_kind = group.point_group_signature() == setting.group.point_group_signature();
    if ours != theirs || !same_kind {
        let difference =
            if ours == theirs { "of other kinds".to_owned() } else { format!("{theirs} in number") };
        warnings.push(format!(
            "The file lists {}, but those of its space group {} are {difference}; the listed ones were used",
            counted(ours, "symmetry operation"),
            quote(stated)
        ));
    }
}

//! What a condition means, in words: shown beside the search box, so that a user sees how a text was taken.

use super::date;
use super::values::{PRESENCES, SHAPES};
use crate::library::query::{CivilDate, Filter, NumberField, NumberRange, TextField};

/// A condition in words: "ISO above 800", "taken in May 2023", "camera contains nikon".
#[must_use]
pub fn describe_filter(filter: &Filter) -> String {
    match filter {
        Filter::Text { field: TextField::Folder, value } => format!("in the folder {value}"),
        Filter::Text { field: TextField::Type, value } => format!("{value} files"),
        Filter::Text { field, value } => format!("{} contains {value}", text_name(*field)),
        Filter::Number { field, range } => numbers(*field, *range),
        Filter::Taken { from, until } => taken(*from, *until),
        Filter::Shape(shape) => {
            let name = SHAPES.iter().find(|(_, other)| other == shape).map_or("", |(name, _)| name);
            format!("{name} format")
        }
        Filter::Has(presence) => {
            let name = PRESENCES.iter().find(|(_, other, _)| other == presence).map_or("", |(name, ..)| name);
            format!("has {}", if name == "gps" { "a GPS position" } else { name })
        }
        Filter::Near { latitude_deg, longitude_deg, radius_m } => {
            let north = if *latitude_deg < 0.0 { 'S' } else { 'N' };
            let east = if *longitude_deg < 0.0 { 'W' } else { 'E' };
            let distance = if *radius_m < 1000.0 {
                format!("{} m", rounded(*radius_m))
            } else {
                format!("{} km", rounded(radius_m / 1000.0))
            };
            format!("within {distance} of {}° {north}, {}° {east}", latitude_deg.abs(), longitude_deg.abs())
        }
    }
}

fn text_name(field: TextField) -> &'static str {
    match field {
        TextField::Camera => "camera",
        TextField::Lens => "lens",
        TextField::Folder => "folder",
        TextField::Name => "file name",
        TextField::Tag => "tag",
        TextField::Caption => "caption",
        TextField::Place => "place",
        TextField::Type => "type",
        TextField::Creator => "creator",
    }
}

fn numbers(field: NumberField, range: NumberRange) -> String {
    let name = match field {
        NumberField::Iso => "ISO",
        NumberField::FNumber => "f-number",
        NumberField::ExposureSecs => "exposure",
        NumberField::FocalMm => "focal length",
        NumberField::Focal35Mm => "focal length on 35 mm film",
        NumberField::Width => "width",
        NumberField::Height => "height",
        NumberField::Megapixels => "megapixels",
        NumberField::SizeBytes => "file size",
        NumberField::Rating => "stars",
    };
    let shown = |value: f64| quantity(field, value);
    match (range.from, range.to) {
        (None, None) => format!("any {name}"),
        (Some(from), None) if range.from_included => format!("{name} {} or more", shown(from)),
        (Some(from), None) => format!("{name} above {}", shown(from)),
        (None, Some(to)) if range.to_included => format!("{name} {} or less", shown(to)),
        (None, Some(to)) => format!("{name} below {}", shown(to)),
        (Some(from), Some(to)) if from == to => format!("{name} {}", shown(from)),
        (Some(from), Some(to)) => format!("{name} {} to {}", shown(from), shown(to)),
    }
}

/// A number with its unit, as people write it.
fn quantity(field: NumberField, value: f64) -> String {
    match field {
        NumberField::ExposureSecs if value > 0.0 && value < 0.5 => format!("1/{} s", rounded(1.0 / value)),
        NumberField::ExposureSecs => format!("{} s", rounded(value)),
        NumberField::FocalMm | NumberField::Focal35Mm => format!("{} mm", rounded(value)),
        NumberField::Width | NumberField::Height => format!("{} px", rounded(value)),
        NumberField::SizeBytes => match value {
            v if v >= 1e9 => format!("{} GB", rounded(v / 1e9)),
            v if v >= 1e6 => format!("{} MB", rounded(v / 1e6)),
            v if v >= 1e3 => format!("{} kB", rounded(v / 1e3)),
            v => format!("{} B", rounded(v)),
        },
        _ => rounded(value),
    }
}

/// At most three decimals, and no zeros at their end.
fn rounded(value: f64) -> String {
    ((value * 1e3).round() / 1e3).to_string()
}

fn taken(from: CivilDate, until: CivilDate) -> String {
    let last = until.plus_days(-1);
    let is_month =
        from.day == 1 && until == from.plus_days(i32::from(CivilDate::days_in_month(from.year, from.month)));
    let is_year = |date: CivilDate| date.month == 1 && date.day == 1;
    match (from == CivilDate::FIRST, until == CivilDate::LAST) {
        (true, true) => "with a date".to_owned(),
        (true, false) => format!("taken until {last}"),
        (false, true) => format!("taken from {from} on"),
        _ if last == from => format!("taken on {from}"),
        _ if is_month => format!("taken in {} {}", date::month_name(from.month), from.year),
        _ if is_year(from) && is_year(until) && last.year == from.year => format!("taken in {}", from.year),
        _ if is_year(from) && is_year(until) => format!("taken in {} to {}", from.year, last.year),
        _ => format!("taken from {from} to {last}"),
    }
}

//! Conditions on what a catalog knows.
//!
//! Every condition is one SQL expression over the tables `p` (pictures) and `t` (texts) with bound values; what is not
//! known fulfils none. Distances are the exception: the database has no trigonometry, so it gives candidates from a box
//! and the sphere decides.

use std::fmt::Write as _;

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::super::query::{Filter, NumberField, NumberRange, Presence, Shape, TextField};
use super::folding::fold;
use super::{Catalog, CatalogError, RowSet, row_id};

/// Mean radius of the Earth in metres (IUGG's R1).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

const SECONDS_OF_DAY: i64 = 86_400;

/// Shown to the user, unless told otherwise by the table `p`.
pub(super) const VISIBLE: &str = "p.missing = 0 AND p.stage <> 2";

/// Formats that are raw files, as they are named.
const RAW_NAMES: &str = "'dng', 'cr2', 'cr3', 'nef', 'arw', 'orf', 'rw2', 'raf', 'pef', 'raw'";

impl Catalog {
    /// Pictures that fulfil all the conditions, and of those with `true` beside them the contrary. `None` when there is no
    /// condition.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn filter(&self, filters: &[(Filter, bool)]) -> Result<Option<RowSet>, CatalogError> {
        if filters.is_empty() {
            return Ok(None);
        }
        let mut near = Vec::new();
        let mut condition = VISIBLE.to_owned();
        let mut values = Vec::new();
        let mut reads_texts = false;
        let root = self.root()?.unwrap_or_default();
        let root_name = root.file_name().map(|name| fold(&name.to_string_lossy())).unwrap_or_default();
        for (filter, negated) in filters {
            if let Filter::Near { latitude_deg, longitude_deg, radius_m } = filter {
                near.push((self.near(*latitude_deg, *longitude_deg, *radius_m)?, *negated));
                continue;
            }
            let expression = expression(filter, &root_name, &mut values);
            reads_texts |= expression.contains("t.");
            let not = if *negated { "NOT " } else { "" };
            // A comparison with something unknown is unknown; its contrary shall hold.
            write!(condition, " AND {not}coalesce({expression}, 0)").ok();
        }
        let texts = if reads_texts { "JOIN texts t ON t.id = p.id" } else { "" };
        let sql = format!("SELECT p.id FROM pictures p {texts} WHERE {condition} ORDER BY p.id");
        let mut rows: RowSet = self.read(|connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(values), |row| row_id(row.get(0)?))?;
            rows.collect()
        })?;
        for (inside, negated) in near {
            rows = if negated { rows.without(&inside) } else { rows.intersect(&inside) };
        }
        Ok(Some(rows))
    }

    /// Pictures taken within a distance of a place.
    fn near(&self, latitude_deg: f64, longitude_deg: f64, radius_m: f64) -> Result<RowSet, CatalogError> {
        if !(latitude_deg.is_finite() && longitude_deg.is_finite() && radius_m >= 0.0) {
            return Ok(RowSet::default());
        }
        // A little more, so that rounding leaves out nothing that the sphere would take. Only latitudes bound the box:
        // they are indexed, and leave neither the date line nor the poles to be thought of.
        let reach_deg = (radius_m / EARTH_RADIUS_M).to_degrees() * (1.0 + 1e-9) + 1e-9;
        self.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT id, latitude, longitude FROM pictures
                 WHERE latitude IS NOT NULL AND latitude BETWEEN ?1 AND ?2 AND longitude IS NOT NULL",
            )?;
            let mut rows = statement.query((latitude_deg - reach_deg, latitude_deg + reach_deg))?;
            let mut inside = Vec::new();
            while let Some(row) = rows.next()? {
                let place = (row.get(1)?, row.get(2)?);
                if distance_m((latitude_deg, longitude_deg), place) <= radius_m {
                    inside.push(row_id(row.get(0)?)?);
                }
            }
            Ok(inside.into_iter().collect())
        })
    }
}

/// Metres between two places in degrees north and east, by the haversine formula.
fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half_chord = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let cosines = a.0.to_radians().cos() * b.0.to_radians().cos();
    let haversine = half_chord(a.0, b.0) + cosines * half_chord(a.1, b.1);
    2.0 * EARTH_RADIUS_M * haversine.clamp(0.0, 1.0).sqrt().asin()
}

/// A condition in SQL. Its values are added in the order of its question marks.
fn expression(filter: &Filter, root_name: &str, values: &mut Vec<Value>) -> String {
    match filter {
        Filter::Text { field, value } => text(*field, value, root_name, values),
        Filter::Number { field, range } => number(*field, *range, values),
        Filter::Taken { from, until } => {
            let first_second = |days: i32| Value::Integer(i64::from(days) * SECONDS_OF_DAY);
            values.push(first_second(from.days_since_1970()));
            values.push(first_second(until.days_since_1970()));
            "(p.taken >= ? AND p.taken < ?)".into()
        }
        Filter::Shape(shape) => {
            let is_square = "abs(p.width - p.height) * 100 < 3 * max(p.width, p.height)";
            let is_known = "p.width > 0 AND p.height > 0";
            match shape {
                Shape::Portrait => format!("({is_known} AND p.height > p.width AND NOT {is_square})"),
                Shape::Landscape => format!("({is_known} AND p.width > p.height AND NOT {is_square})"),
                Shape::Square => format!("({is_known} AND {is_square})"),
                Shape::Panorama => format!("({is_known} AND p.width >= 2 * p.height)"),
            }
        }
        Filter::Has(presence) => match presence {
            Presence::Gps => "(p.latitude IS NOT NULL AND p.longitude IS NOT NULL)",
            Presence::Date => "p.taken IS NOT NULL",
            Presence::Caption => "t.caption_f <> ''",
            Presence::Tags => "t.tags_f <> ''",
            Presence::Rating => "p.rating IS NOT NULL",
            Presence::Camera => "t.camera_f <> ''",
            Presence::Lens => "t.lens_f <> ''",
            Presence::Sidecar => "p.has_sidecar <> 0",
            Presence::Alpha => "p.has_alpha <> 0",
        }
        .into(),
        // Answered elsewhere.
        Filter::Near { .. } => "1".into(),
    }
}

fn text(field: TextField, value: &str, root_name: &str, values: &mut Vec<Value>) -> String {
    let value = fold(value);
    let column = match field {
        TextField::Camera => "camera_f",
        TextField::Lens => "lens_f",
        TextField::Folder => {
            // The folder that was opened is one of them.
            values.push(Value::Text(format!("/{root_name}")));
            values.push(Value::Text(folder(&value)));
            return "instr(? || t.folder_f, ?) > 0".into();
        }
        TextField::Name => "name_f",
        TextField::Tag => "tags_f",
        TextField::Caption => "caption_f",
        TextField::Place => "place_f",
        TextField::Creator => "creator_f",
        TextField::Type => return format_named(value, values),
    };
    values.push(Value::Text(value));
    format!("instr(t.{column}, ?) > 0")
}

/// What a folder's text, which has a slash at both ends, must have in it: whole names, unless a star says that one goes on.
fn folder(value: &str) -> String {
    let value = value.replace('\\', "/");
    let begin = if value.starts_with(['*', '/']) { "" } else { "/" };
    let end = if value.ends_with(['*', '/']) { "" } else { "/" };
    format!("{begin}{}{end}", value.trim_matches('*'))
}

/// Other spellings of a format's name. No name is a part of another, so a whole one is meant exactly.
fn format_named(value: String, values: &mut Vec<Value>) -> String {
    let name = match value.as_str() {
        "raw" => return format!("p.format IN ({RAW_NAMES})"),
        "jpg" | "jpe" | "jfif" => "jpeg".to_owned(),
        "tif" => "tiff".to_owned(),
        "heif" | "hif" => "heic".to_owned(),
        "apng" => "png".to_owned(),
        "jpegxl" | "jpeg xl" => "jxl".to_owned(),
        _ => value,
    };
    values.push(Value::Text(name));
    "instr(p.format, ?) > 0".into()
}

fn number(field: NumberField, range: NumberRange, values: &mut Vec<Value>) -> String {
    let (column, is_known) = match field {
        NumberField::Iso => ("p.iso", ""),
        NumberField::FNumber => ("p.f_number", ""),
        NumberField::ExposureSecs => ("p.exposure", ""),
        NumberField::FocalMm => ("p.focal", ""),
        NumberField::Focal35Mm => ("p.focal_35", ""),
        NumberField::Width => ("p.width", " AND p.width > 0"),
        NumberField::Height => ("p.height", " AND p.height > 0"),
        NumberField::Megapixels => ("(p.width * p.height / 1e6)", " AND p.width > 0 AND p.height > 0"),
        NumberField::SizeBytes => ("p.size", ""),
        NumberField::Rating => ("p.rating", ""),
    };
    let mut expression = format!("({column} IS NOT NULL{is_known}");
    let ends = [(range.from, range.from_included, '>'), (range.to, range.to_included, '<')];
    for (end, is_included, comparison) in ends {
        if let Some(end) = end {
            let equals = if is_included { "=" } else { "" };
            write!(expression, " AND {column} {comparison}{equals} ?").ok();
            values.push(Value::Real(end));
        }
    }
    expression.push(')');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_sphere() {
        // A quarter of a meridian; across the date line; over the pole; Paris to London (344 km).
        let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS_M;
        let cases = [
            ((0.0, 0.0), (90.0, 123.0), quarter),
            ((0.0, 179.5), (0.0, -179.5), quarter / 90.0),
            ((89.0, 0.0), (89.0, 180.0), quarter / 45.0),
            ((48.8566, 2.3522), (51.5074, -0.1278), 343_556.0),
        ];
        for (a, b, expected) in cases {
            let distance = distance_m(a, b);
            assert!((distance - expected).abs() < 1e-4 * expected, "{a:?} {b:?}: {distance}");
        }
    }
}

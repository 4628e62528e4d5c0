//! What is known of a picture, under the names that tables use.

use serde::{Deserialize, Serialize};

use super::{Exported, times};
use crate::library::catalog::Stage;

/// A field as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Field {
    pub group: String,
    pub name: String,
    pub value: String,
}

#[derive(Debug, Serialize)]
pub(super) struct MainColor {
    rgb: String,
    share: f32,
}

/// One picture; the names are those of the columns.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    path: String,
    path_is_exact: bool,
    folder: String,
    name: String,
    format: Option<&'static str>,
    width_px: Option<u32>,
    height_px: Option<u32>,
    frames: Option<u32>,
    has_alpha: bool,
    size_bytes: u64,
    file_time: String,
    taken: Option<String>,
    camera: Option<String>,
    lens: Option<String>,
    iso: Option<u32>,
    f_number: Option<f64>,
    exposure_s: Option<f64>,
    focal_mm: Option<f64>,
    focal_35mm: Option<f64>,
    latitude_deg: Option<f64>,
    longitude_deg: Option<f64>,
    altitude_m: Option<f64>,
    rating: Option<i8>,
    color_label: Option<String>,
    title: Option<String>,
    caption: Option<String>,
    tags: Vec<String>,
    people: Vec<String>,
    location: Option<String>,
    city: Option<String>,
    state: Option<String>,
    country: Option<String>,
    creator: Option<String>,
    has_sidecar: bool,
    blake3: Option<String>,
    phash: Vec<String>,
    sharpness: Option<f32>,
    brightness: Option<f32>,
    contrast: Option<f32>,
    saturation: Option<f32>,
    is_monochrome: Option<bool>,
    main_colors: Vec<MainColor>,
    looked_at: &'static str,
    problem: Option<String>,
    pub fields: Vec<Field>,
}

impl Facts {
    pub fn of(picture: &Exported) -> Self {
        let record = picture.record.clone();
        let path = picture.path();
        let known = |count: u32| (count > 0).then_some(count);
        let folder = record.relative.parent().map(|folder| folder.to_string_lossy().into_owned());
        let color = |([red, green, blue], share): ([u8; 3], f32)| MainColor {
            rgb: format!("#{red:02x}{green:02x}{blue:02x}"),
            share,
        };
        let (looked_at, problem) = match record.stage {
            Stage::FirstLook => ("first look", record.damage.clone()),
            Stage::Full => ("full", record.damage.clone()),
            Stage::Failed(reason) => ("failed", Some(reason)),
        };
        Self {
            path: path.to_string_lossy().into_owned(),
            path_is_exact: path.to_str().is_some(),
            folder: folder.unwrap_or_default(),
            name: picture.name(),
            format: record.format.map(crate::library::Format::name),
            width_px: known(record.width),
            height_px: known(record.height),
            frames: known(record.frames),
            has_alpha: record.has_alpha,
            size_bytes: record.size_bytes,
            file_time: times::utc(record.modified_ns),
            taken: record.taken_wall_secs.map(|secs| times::wall(secs, record.taken_offset_minutes)),
            camera: record.camera,
            lens: record.lens,
            iso: record.iso,
            f_number: finite(record.f_number),
            exposure_s: finite(record.exposure_secs),
            focal_mm: finite(record.focal_mm),
            focal_35mm: finite(record.focal_35mm),
            latitude_deg: degrees(record.latitude_deg),
            longitude_deg: degrees(record.longitude_deg),
            altitude_m: finite(record.altitude_m),
            rating: record.rating,
            color_label: record.color_label,
            title: record.title,
            caption: record.caption,
            tags: record.tags,
            people: record.people,
            location: record.location,
            city: record.city,
            state: record.state,
            country: record.country,
            creator: record.creator,
            has_sidecar: record.has_sidecar,
            blake3: record.content.map(|content| content.to_string()),
            phash: record.hashes.iter().flatten().map(|hash| format!("{hash:016x}")).collect(),
            sharpness: record.sharpness,
            brightness: record.brightness,
            contrast: record.contrast,
            saturation: record.saturation,
            is_monochrome: record.is_monochrome,
            main_colors: record.swatches.into_iter().map(color).collect(),
            looked_at,
            problem,
            fields: fields(&record.fields_json),
        }
    }
}

/// What is no number is unknown; JSON has no word for it.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// To a centimetre: what is beyond comes from adding minutes and seconds.
fn degrees(value: Option<f64>) -> Option<f64> {
    finite(value).map(|value| (value * 1e7).round() / 1e7)
}

/// The metadata fields of a record; damaged ones are none.
pub(super) fn fields(json: &str) -> Vec<Field> {
    serde_json::from_str(json).unwrap_or_default()
}

/// A value in a table.
pub(super) enum Cell {
    /// As it is: numbers, yes and no, words of our own.
    Plain(String),
    /// What somebody wrote into the file.
    Text(String),
}

/// A column: its name, and the picture's value.
pub(super) type Column = (&'static str, fn(&Facts) -> Cell);

fn plain<T: ToString + Copy>(value: T) -> Cell {
    Cell::Plain(value.to_string())
}

fn number<T: ToString + Copy>(value: Option<T>) -> Cell {
    Cell::Plain(value.map(|value| value.to_string()).unwrap_or_default())
}

fn text(value: Option<&String>) -> Cell {
    Cell::Text(value.cloned().unwrap_or_default())
}

fn list(values: &[String]) -> Cell {
    Cell::Text(values.join("; "))
}

fn colors(colors: &[MainColor]) -> Cell {
    let words: Vec<String> = colors.iter().map(|color| format!("{} {}", color.rgb, color.share)).collect();
    Cell::Plain(words.join("; "))
}

/// The columns that every table has.
pub(super) const COLUMNS: &[Column] = &[
    ("path", |f| text(Some(&f.path))),
    ("path_is_exact", |f| plain(f.path_is_exact)),
    ("folder", |f| text(Some(&f.folder))),
    ("name", |f| text(Some(&f.name))),
    ("format", |f| plain(f.format.unwrap_or_default())),
    ("width_px", |f| number(f.width_px)),
    ("height_px", |f| number(f.height_px)),
    ("frames", |f| number(f.frames)),
    ("has_alpha", |f| plain(f.has_alpha)),
    ("size_bytes", |f| plain(f.size_bytes)),
    ("file_time", |f| plain(&f.file_time)),
    ("taken", |f| plain(f.taken.as_deref().unwrap_or_default())),
    ("camera", |f| text(f.camera.as_ref())),
    ("lens", |f| text(f.lens.as_ref())),
    ("iso", |f| number(f.iso)),
    ("f_number", |f| number(f.f_number)),
    ("exposure_s", |f| number(f.exposure_s)),
    ("focal_mm", |f| number(f.focal_mm)),
    ("focal_35mm", |f| number(f.focal_35mm)),
    ("latitude_deg", |f| number(f.latitude_deg)),
    ("longitude_deg", |f| number(f.longitude_deg)),
    ("altitude_m", |f| number(f.altitude_m)),
    ("rating", |f| number(f.rating)),
    ("color_label", |f| text(f.color_label.as_ref())),
    ("title", |f| text(f.title.as_ref())),
    ("caption", |f| text(f.caption.as_ref())),
    ("tags", |f| list(&f.tags)),
    ("people", |f| list(&f.people)),
    ("location", |f| text(f.location.as_ref())),
    ("city", |f| text(f.city.as_ref())),
    ("state", |f| text(f.state.as_ref())),
    ("country", |f| text(f.country.as_ref())),
    ("creator", |f| text(f.creator.as_ref())),
    ("has_sidecar", |f| plain(f.has_sidecar)),
    ("blake3", |f| plain(f.blake3.as_deref().unwrap_or_default())),
    ("phash", |f| plain(f.phash.first().map_or("", String::as_str))),
    ("sharpness", |f| number(f.sharpness)),
    ("brightness", |f| number(f.brightness)),
    ("contrast", |f| number(f.contrast)),
    ("saturation", |f| number(f.saturation)),
    ("is_monochrome", |f| number(f.is_monochrome)),
    ("main_colors", |f| colors(&f.main_colors)),
    ("looked_at", |f| plain(f.looked_at)),
    ("problem", |f| text(f.problem.as_ref())),
];

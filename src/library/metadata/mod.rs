//! What a picture's file says about it: EXIF, XMP inside it and beside it, IPTC.
//!
//! `container` finds the blocks in a file, one reader per kind says what a block says, and here they are laid over
//! each other. For texts, tags, places and marks a sidecar counts more than XMP, XMP more than IPTC, IPTC more than
//! EXIF: that is the order in which people and their programs write them later. For how the picture was taken EXIF
//! counts most. Nothing here fails: what cannot be read is left out, with a warning.
//!
//! EXIF is read by `tiff`, not by nom-exif: TIFF and raw files hold XMP and IPTC as tags of the same directories, so
//! that these have to be walked anyway; and reading it here bounds the work that a hostile file can ask for.

mod camera;
mod container;
mod date_time;
mod exif;
mod exif_tags;
mod icc;
mod iptc;
mod media;
mod merge;
mod png;
mod rational;
mod search;
mod text;
mod tiff;
mod xmp;
mod xmp_tree;

use std::borrow::Cow;
use std::fmt;

use super::Format;

pub use self::date_time::DateTime;
pub use self::rational::{Rational, exposure_text};
pub use self::search::search_text;

/// Everything that a file says about its picture. Absent means that it says nothing that can be understood.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Metadata {
    /// Who made the camera, as written; [`Self::camera`] is what people call it.
    pub camera_make: Option<String>,
    /// The camera, as written.
    pub camera_model: Option<String>,
    /// The lens.
    pub lens: Option<String>,
    /// The program or firmware that wrote the file.
    pub software: Option<String>,
    /// Who made the picture; several with `; ` between them.
    pub creator: Option<String>,
    /// Who has the rights.
    pub copyright: Option<String>,
    /// Its name.
    pub title: Option<String>,
    /// What it shows; may have several lines.
    pub caption: Option<String>,
    /// Tags, in the order of the file and without repeats. One of a hierarchy is there as `a|b`, and so are its parts.
    pub tags: Vec<String>,
    /// Names of people in the picture, in the order of the file and without repeats.
    pub people: Vec<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Place within the city.
    pub location: Option<String>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// f-number.
    pub f_number: Option<Rational>,
    /// Exposure time in seconds.
    pub exposure_secs: Option<Rational>,
    /// Focal length in millimetres.
    pub focal_mm: Option<Rational>,
    /// Focal length as on 24 × 36 film, in millimetres.
    pub focal_35mm: Option<Rational>,
    /// Exposure bias in steps of a factor of two.
    pub exposure_bias_ev: Option<Rational>,
    /// Whether the flash fired.
    pub flash_fired: Option<bool>,
    /// When it was taken.
    pub taken: Option<DateTime>,
    /// Where it was taken.
    pub gps: Option<Gps>,
    /// Stars, 0 to 5; -1 for rejected.
    pub rating: Option<i8>,
    /// Colour of its label, as written: `Red`.
    pub color_label: Option<String>,
    /// EXIF's orientation, 1 to 8; 1 when nothing is written, 0 only in a value that was not read from a file.
    pub orientation: u32,
    /// Name of the colour profile, else of the colour space.
    pub color_space: Option<String>,
    /// All that is to be shown, in readable words: file, EXIF, GPS, IPTC, XMP.
    pub fields: Vec<Field>,
    /// What could not be read, in words.
    pub warnings: Vec<String>,
}

/// One line of the list of metadata.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// Where it is from.
    pub group: Group,
    /// What it is: "Aperture".
    pub name: String,
    /// What it says: "f/2.8".
    pub value: String,
}

/// Where a field is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Group {
    /// The file itself.
    File,
    /// EXIF.
    #[serde(rename = "EXIF")]
    Exif,
    /// EXIF's part on the place.
    #[serde(rename = "GPS")]
    Gps,
    /// IPTC's records.
    #[serde(rename = "IPTC")]
    Iptc,
    /// XMP, inside the file or beside it.
    #[serde(rename = "XMP")]
    Xmp,
}

impl Group {
    /// `EXIF`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Exif => "EXIF",
            Self::Gps => "GPS",
            Self::Iptc => "IPTC",
            Self::Xmp => "XMP",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A position on the Earth.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Gps {
    /// Degrees north.
    pub latitude_deg: f64,
    /// Degrees east.
    pub longitude_deg: f64,
    /// Metres above the sea.
    pub altitude_m: Option<f64>,
}

impl Gps {
    /// `None` outside ±90° and ±180°. A height that cannot be on or near the Earth is left out.
    #[must_use]
    pub fn new(latitude_deg: f64, longitude_deg: f64, altitude_m: Option<f64>) -> Option<Self> {
        let is_on_earth = latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0;
        let altitude_m = altitude_m.filter(|height| (-12_000.0..1_000_000.0).contains(height));
        is_on_earth.then_some(Self { latitude_deg, longitude_deg, altitude_m })
    }
}

impl fmt::Display for Gps {
    /// `48.85837° N, 2.29448° E`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { latitude_deg, longitude_deg, .. } = self;
        let north = if *latitude_deg < 0.0 { 'S' } else { 'N' };
        let east = if *longitude_deg < 0.0 { 'W' } else { 'E' };
        write!(f, "{:.5}° {north}, {:.5}° {east}", latitude_deg.abs(), longitude_deg.abs())
    }
}

/// Reads what a file says: all its bytes, or as many from its beginning as there are, and those of the XMP file beside
/// it. Never fails; what could not be read is among the warnings.
#[must_use]
pub fn read(bytes: &[u8], format: Format, sidecar: Option<&[u8]>) -> Metadata {
    let blocks = container::find(bytes, format);
    let exif = exif::read(&blocks.exif);
    let has_exif = exif.fields.iter().any(|field| field.group == Group::Exif);
    let mut xmp = Metadata::default();
    for packet in &blocks.xmp {
        xmp.lay_under(xmp::read(packet, has_exif));
    }
    let mut iptc = Metadata::default();
    for block in &blocks.iptc {
        iptc.lay_under(iptc::read(block));
    }
    let sidecar = sidecar.map(|packet| xmp::read(packet, has_exif)).unwrap_or_default();
    let profile = blocks.icc.as_deref().and_then(icc::name);

    let mut found = Metadata { warnings: blocks.warnings, ..Metadata::default() };
    found.push_field(Group::File, "Type", format.name().to_owned());
    if let Some(profile) = &profile {
        found.push_field(Group::File, "Colour profile", profile.clone());
    }
    found.orientation = exif.orientation.max(1);
    found.take_descriptions([&sidecar, &xmp, &iptc, &exif, &blocks.texts]);
    found.take_shooting([&exif, &sidecar, &xmp, &iptc, &blocks.texts]);
    found.color_space = profile.or(found.color_space);
    for source in [blocks.texts, exif, iptc, sidecar, xmp] {
        found.take_fields(source);
    }
    found
}

/// The ICC profile of a file's colours. Of raw files none: it is that of their sensor data, not of their previews.
#[must_use]
pub fn color_profile(bytes: &[u8], format: Format) -> Option<Cow<'_, [u8]>> {
    if matches!(format, Format::Raw(_)) {
        return None;
    }
    container::find(bytes, format).icc
}

impl Metadata {
    /// What people call the camera: `Nikon D90`, where the file says `NIKON CORPORATION` and `NIKON D90`.
    #[must_use]
    pub fn camera(&self) -> Option<String> {
        camera::name(self.camera_make.as_deref(), self.camera_model.as_deref())
    }
}

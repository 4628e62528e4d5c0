//! What a picture's file says about it: EXIF, XMP inside it and beside it, IPTC.
//!
//! [`container`] finds the blocks in a file, one reader per kind says what a block says, and here they are laid over
//! each other. For texts, tags, places and marks a sidecar counts more than XMP, XMP more than IPTC, IPTC more than
//! EXIF: that is the order in which people and their programs write them later. For how the picture was taken EXIF
//! counts most. Nothing here fails: what cannot be read is left out, with a warning.
//!
//! EXIF is read by [`tiff`], not by nom-exif: TIFF and raw files hold XMP and IPTC as tags of the same directories, so
//! that these have to be walked anyway; and reading it here bounds the work that a hostile file can ask for.

mod camera;
mod container;
mod date_time;
mod exif;
mod exif_tags;
mod icc;
mod iptc;
mod media;
mod png;
mod rational;
mod search;
mod text;
mod tiff;
mod xmp;
mod xmp_tree;

use std::fmt;

use super::Format;

pub use self::date_time::DateTime;
pub use self::rational::{Rational, exposure_text};
pub use self::search::search_text;

/// Tags and people kept at most.
const MOST_TAGS: usize = 2000;
/// Fields kept at most.
const MOST_FIELDS: usize = 4000;

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

impl Metadata {
    /// What people call the camera: `Nikon D90`, where the file says `NIKON CORPORATION` and `NIKON D90`.
    #[must_use]
    pub fn camera(&self) -> Option<String> {
        camera::name(self.camera_make.as_deref(), self.camera_model.as_deref())
    }

    /// Texts, tags, places and marks: each from the first source that has it.
    fn take_descriptions(&mut self, sources: [&Self; 5]) {
        let first =
            |part: fn(&Self) -> &Option<String>| sources.iter().find_map(|source| part(source).clone());
        self.title = first(|it| &it.title);
        self.caption = first(|it| &it.caption);
        self.creator = first(|it| &it.creator);
        self.copyright = first(|it| &it.copyright);
        self.color_label = first(|it| &it.color_label);
        self.rating = sources.iter().find_map(|source| source.rating);
        // A place of one source is not mixed with that of another.
        let has_place = |it: &&&Self| {
            it.city.is_some() || it.state.is_some() || it.country.is_some() || it.location.is_some()
        };
        if let Some(place) = sources.iter().find(has_place) {
            self.city.clone_from(&place.city);
            self.state.clone_from(&place.state);
            self.country.clone_from(&place.country);
            self.location.clone_from(&place.location);
        }
        // A sidecar with tags has all of them, and a tag taken away there is not to come back from the file.
        let [sidecar, inside @ ..] = sources;
        let of_tags = if sidecar.tags.is_empty() { &inside[..] } else { &[sidecar] };
        of_tags.iter().flat_map(|source| &source.tags).for_each(|tag| self.keep_tag(tag.clone()));
        let of_people = if sidecar.people.is_empty() { &inside[..] } else { &[sidecar] };
        of_people.iter().flat_map(|source| &source.people).for_each(|person| self.push_person(person));
    }

    /// How it was taken: each from the first source that has it.
    fn take_shooting(&mut self, sources: [&Self; 5]) {
        fn first<T>(sources: [&Metadata; 5], part: fn(&Metadata) -> Option<T>) -> Option<T> {
            sources.iter().find_map(|source| part(source))
        }
        // Maker and model belong together.
        if let Some(camera) = sources.iter().find(|it| it.camera_model.is_some() || it.camera_make.is_some())
        {
            self.camera_make.clone_from(&camera.camera_make);
            self.camera_model.clone_from(&camera.camera_model);
        }
        self.lens = first(sources, |it| it.lens.clone());
        self.software = first(sources, |it| it.software.clone());
        self.color_space = first(sources, |it| it.color_space.clone());
        self.iso = first(sources, |it| it.iso);
        self.f_number = first(sources, |it| it.f_number);
        self.exposure_secs = first(sources, |it| it.exposure_secs);
        self.focal_mm = first(sources, |it| it.focal_mm);
        self.focal_35mm = first(sources, |it| it.focal_35mm);
        self.exposure_bias_ev = first(sources, |it| it.exposure_bias_ev);
        self.flash_fired = first(sources, |it| it.flash_fired);
        self.taken = first(sources, |it| it.taken);
        self.gps = first(sources, |it| it.gps);
    }

    /// Another block of the same kind says what this one does not.
    fn lay_under(&mut self, other: Self) {
        let nothing = Self::default();
        let [first, second] = [&self.clone(), &other];
        self.tags.clear();
        self.people.clear();
        self.take_descriptions([&nothing, first, second, &nothing, &nothing]);
        self.take_shooting([first, second, &nothing, &nothing, &nothing]);
        self.take_fields(other);
    }

    /// Fields and warnings of a source, without repeats.
    fn take_fields(&mut self, source: Self) {
        for field in source.fields {
            self.push_field(field.group, &field.name, field.value);
        }
        for warning in source.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Adds a field, unless it is there.
    fn push_field(&mut self, group: Group, name: &str, value: String) {
        let value = text::bounded(value);
        let is_it = |field: &Field| field.group == group && field.name == name && field.value == value;
        if !value.is_empty() && self.fields.len() < MOST_FIELDS && !self.fields.iter().any(is_it) {
            self.fields.push(Field { group, name: name.to_owned(), value });
        }
    }

    /// Adds a tag; one of a hierarchy with its parts.
    fn push_tag(&mut self, tag: &str) {
        let parts: Vec<String> = tag
            .split('|')
            .map(|part| text::one_line(&text::clean(part)))
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > 1 {
            self.keep_tag(parts.join("|"));
        }
        for part in parts {
            self.keep_tag(part);
        }
    }

    /// Adds a tag as it is, unless it is there.
    fn keep_tag(&mut self, tag: String) {
        if self.tags.len() < MOST_TAGS && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Adds a name, unless it is there.
    fn push_person(&mut self, person: &str) {
        let person = text::one_line(&text::clean(person));
        if !person.is_empty() && self.people.len() < MOST_TAGS && !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}

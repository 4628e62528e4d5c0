//! The one table of fields. The parser's reasons, the completions and the help on the screen are all made from it.

use super::LookField;
use crate::library::query::{NumberField, TextField};

/// A line of the help.
#[derive(Clone, Copy, Debug)]
pub struct FieldHelp {
    /// As it is typed: `iso:`, `portrait`, `-word`.
    pub name: &'static str,
    /// A whole term that can be typed as it stands.
    pub example: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// Other names of the field, without the colon.
    pub(crate) aliases: &'static [&'static str],
    /// What its value must be: "wants …".
    pub(crate) wants: &'static str,
    pub(crate) kind: FieldKind,
}

/// What a line of the help is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text(TextField),
    Number(NumberField),
    Look(LookField),
    Date,
    Year,
    Shape,
    Has,
    Near,
    /// A word that says something without a field.
    BareWord,
    /// A way of writing, not a field.
    Writing,
}

impl FieldHelp {
    /// The field's name without the colon; `None` for a line that is about something else.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.name.strip_suffix(':')
    }
}

/// Everything that can be typed, in the order in which it is shown.
#[must_use]
pub fn help() -> &'static [FieldHelp] {
    HELP
}

/// A field by its name or another name of it, in any case.
pub(crate) fn field(name: &str) -> Option<&'static FieldHelp> {
    let is_it = |help: &&FieldHelp| {
        help.field().is_some_and(|own| {
            own.eq_ignore_ascii_case(name)
                || help.aliases.iter().any(|other| other.eq_ignore_ascii_case(name))
        })
    };
    HELP.iter().find(is_it)
}

/// Every name that [`field`] knows.
pub(crate) fn field_names() -> impl Iterator<Item = &'static str> {
    HELP.iter()
        .filter_map(|help| Some((help.field()?, help.aliases)))
        .flat_map(|(own, others)| std::iter::once(own).chain(others.iter().copied()))
}

/// A line about a field; `kind` and `aliases` for the parser, the rest for people.
const fn line(
    name: &'static str,
    kind: FieldKind,
    aliases: &'static [&'static str],
    wants: &'static str,
    example: &'static str,
    meaning: &'static str,
) -> FieldHelp {
    FieldHelp { name, example, meaning, aliases, wants, kind }
}

/// A line about a way of writing.
const fn writing(name: &'static str, example: &'static str, meaning: &'static str) -> FieldHelp {
    line(name, FieldKind::Writing, &[], "", example, meaning)
}

/// A line about a word without a field.
const fn bare(name: &'static str, meaning: &'static str) -> FieldHelp {
    line(name, FieldKind::BareWord, &[], "", name, meaning)
}

const HELP: &[FieldHelp] = &[
    writing(
        "word",
        "tower",
        "names and texts with the word; colours, tones and textures by how pictures look",
    ),
    writing("\"two words\"", "\"eiffel tower\"", "these words in this order"),
    writing("word*", "mount*", "words that begin so; the last word counts so while it is being typed"),
    writing("-word", "-dog", "leaves out what the rest of the term would find; goes before anything"),
    writing("word^2", "sunset^2", "counts twice as much among the rankings; above 0, at most 10"),
    line(
        "camera:",
        FieldKind::Text(TextField::Camera),
        &["cam", "make", "model"],
        "a maker or a model",
        "camera:nikon",
        "maker or model contains this",
    ),
    line(
        "lens:",
        FieldKind::Text(TextField::Lens),
        &["objective"],
        "a lens",
        "lens:\"50mm f/1.8\"",
        "the lens's name contains this",
    ),
    line(
        "iso:",
        FieldKind::Number(NumberField::Iso),
        &["speed", "sensitivity"],
        "a number",
        "iso:>800",
        "ISO speed; also iso:800..1600, iso:<=400",
    ),
    line(
        "f:",
        FieldKind::Number(NumberField::FNumber),
        &["aperture", "fnumber", "fstop"],
        "an f-number",
        "f:<2.8",
        "f-number; f/2.8 works too and means 2.75 to 2.85",
    ),
    line(
        "exposure:",
        FieldKind::Number(NumberField::ExposureSecs),
        &["shutter", "exp"],
        "a time",
        "exposure:1/200",
        "exposure time, in seconds unless ms or min is written; one value means within 5 %",
    ),
    line(
        "focal:",
        FieldKind::Number(NumberField::FocalMm),
        &["focallength"],
        "a length in millimetres",
        "focal:35..85",
        "focal length in millimetres; focal:50 means 49.5 to 50.5",
    ),
    line(
        "focal35:",
        FieldKind::Number(NumberField::Focal35Mm),
        &["equivalent"],
        "a length in millimetres",
        "focal35:<24",
        "focal length as it would be on 24 × 36 film",
    ),
    line(
        "date:",
        FieldKind::Date,
        &["taken"],
        "a date",
        "date:2023-05",
        "taken then: 2023, 2023-05, 2023-05-07, may-2023, 2023-05..2023-08, >2023-05, today, last-week",
    ),
    line(
        "year:",
        FieldKind::Year,
        &["years"],
        "a year of four digits",
        "year:2020..2022",
        "taken in that year or those years",
    ),
    line(
        "near:",
        FieldKind::Near,
        &["around", "at"],
        "latitude,longitude and perhaps a distance",
        "near:48.85,2.35,5km",
        "taken so near: degrees north, degrees east, distance in m, km or mi (5 km unless written)",
    ),
    line(
        "place:",
        FieldKind::Text(TextField::Place),
        &["city", "country", "location"],
        "the name of a place",
        "place:paris",
        "city, state or country contains this",
    ),
    line(
        "tag:",
        FieldKind::Text(TextField::Tag),
        &["tags", "keyword", "keywords"],
        "a tag",
        "tag:holiday",
        "one of the tags contains this",
    ),
    line(
        "caption:",
        FieldKind::Text(TextField::Caption),
        &["title", "description"],
        "a part of the caption",
        "caption:birthday",
        "title or caption contains this",
    ),
    line(
        "by:",
        FieldKind::Text(TextField::Creator),
        &["creator", "author", "artist"],
        "a name",
        "by:adams",
        "the creator's name contains this",
    ),
    line(
        "rating:",
        FieldKind::Number(NumberField::Rating),
        &["stars"],
        "stars from 0 to 5",
        "rating:>=4",
        "stars, 0 to 5",
    ),
    line(
        "name:",
        FieldKind::Text(TextField::Name),
        &["file", "filename"],
        "a part of the file's name",
        "name:img_20",
        "the file's name contains this",
    ),
    line(
        "folder:",
        FieldKind::Text(TextField::Folder),
        &["dir", "path"],
        "a folder",
        "folder:trips/2023",
        "in this folder or below it; trip* also in trips",
    ),
    line(
        "type:",
        FieldKind::Text(TextField::Type),
        &["format", "ext"],
        "a file type",
        "type:png",
        "the kind of file, by its content; raw is any camera's raw file",
    ),
    line(
        "size:",
        FieldKind::Number(NumberField::SizeBytes),
        &["filesize"],
        "a file size",
        "size:>5MB",
        "file size; kB, MB, GB are powers of 1000, KiB, MiB, GiB powers of 1024, a bare number is bytes",
    ),
    line(
        "width:",
        FieldKind::Number(NumberField::Width),
        &[],
        "a number of pixels",
        "width:>4000",
        "pixels across, the picture standing upright",
    ),
    line(
        "height:",
        FieldKind::Number(NumberField::Height),
        &[],
        "a number of pixels",
        "height:1080",
        "pixels down, the picture standing upright",
    ),
    line(
        "mp:",
        FieldKind::Number(NumberField::Megapixels),
        &["megapixels"],
        "a number of megapixels",
        "mp:>=12",
        "millions of pixels; mp:12 means 11.5 to 12.5",
    ),
    line(
        "shape:",
        FieldKind::Shape,
        &["orientation"],
        "portrait, landscape, square or panorama",
        "shape:square",
        "proportions; the words alone do the same",
    ),
    line(
        "has:",
        FieldKind::Has,
        &["with"],
        "gps, date, caption, tags, rating, camera, lens, sidecar or alpha",
        "has:gps",
        "pictures of which this is known; -has:gps those without",
    ),
    line(
        "color:",
        FieldKind::Look(LookField::Colour),
        &["colour", "colors", "colours"],
        "a colour",
        "color:teal",
        "pictures with much of a colour: a name, or a number as in color:#00aabb",
    ),
    line(
        "tone:",
        FieldKind::Look(LookField::Tone),
        &["tones", "light"],
        "a tone",
        "tone:dark",
        "how light and colour are spread",
    ),
    line(
        "texture:",
        FieldKind::Look(LookField::Texture),
        &["textures", "pattern"],
        "a texture",
        "texture:smooth",
        "how surfaces look",
    ),
    bare("portrait", "higher than wide; \"portrait\" in quotes looks for the word"),
    bare("landscape", "wider than high"),
    bare("square", "sides that differ by less than 3 %"),
    bare("panorama", "at least twice as wide as high"),
    bare("bw", "black and white"),
];

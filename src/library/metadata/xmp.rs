//! What XMP says, inside a file or beside it.
//!
//! XMP is RDF in XML, and RDF can say the same thing in several shapes: as an attribute, as an element, as a list, as a
//! structure written in either of two ways. [`super::xmp_tree`] brings all of them to one: a path with its values.

use super::rational::{exposure_text, short_decimal};
use super::text::{bounded, clean, one_line, words_of_name};
use super::xmp_tree::{Properties, Property};
use super::{DateTime, Gps, Group, Metadata, Rational};

/// Prefixes whose properties repeat what EXIF says.
const SHOOTING: [&str; 3] = ["exif", "exifEX", "tiff"];

/// digiKam's numbers for the colours of its labels, from 1.
const LABELS: [&str; 9] = ["Red", "Orange", "Yellow", "Green", "Blue", "Magenta", "Gray", "Black", "White"];

/// Reads a packet or a sidecar. Where EXIF is there too, its repetition is left out of the fields.
pub(super) fn read(bytes: &[u8], has_exif: bool) -> Metadata {
    let mut found = Metadata::default();
    match Properties::read(bytes) {
        Ok(properties) => {
            describe(&mut found, &properties);
            shoot(&mut found, &properties);
            for property in properties.iter().filter(|it| !(has_exif && SHOOTING.contains(&it.prefix))) {
                if let Some(words) = words(property) {
                    found.push_field(Group::Xmp, &name_in_words(property), words);
                }
            }
            for person in &found.people.clone() {
                found.push_field(Group::Xmp, "Person", person.clone());
            }
        }
        Err(reason) => found.warnings.push(format!("The XMP data were not read: {reason}")),
    }
    found
}

/// The number that an extended packet is announced with.
pub(super) fn extended_guid(bytes: &[u8]) -> Option<String> {
    let properties = Properties::read(bytes).ok()?;
    properties.first("xmpNote", "HasExtendedXMP").map(str::to_owned)
}

/// Texts, tags, people, places and marks.
fn describe(found: &mut Metadata, properties: &Properties) {
    let first = |names: &[(&str, &str)]| {
        let texts = names.iter().filter_map(|(prefix, name)| properties.first(prefix, name));
        texts.map(clean).find(|text| !text.is_empty())
    };
    let joined = |prefix, name| {
        let values = properties.all(prefix, name).iter().map(|value| one_line(&clean(value)));
        let text = bounded(values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join("; "));
        Some(text).filter(|text| !text.is_empty())
    };
    found.title = first(&[("dc", "title"), ("photoshop", "Headline")]);
    found.caption = first(&[
        ("dc", "description"),
        ("tiff", "ImageDescription"),
        ("exif", "UserComment"),
        ("Iptc4xmpCore", "AltTextAccessibility"),
    ]);
    found.creator =
        joined("dc", "creator").or_else(|| first(&[("tiff", "Artist"), ("photoshop", "AuthorsPosition")]));
    found.copyright = first(&[("dc", "rights"), ("tiff", "Copyright")]);
    found.city = first(&[
        ("photoshop", "City"),
        ("Iptc4xmpExt", "LocationShown/City"),
        ("Iptc4xmpExt", "LocationCreated/City"),
    ]);
    found.state = first(&[
        ("photoshop", "State"),
        ("Iptc4xmpExt", "LocationShown/ProvinceState"),
        ("Iptc4xmpExt", "LocationCreated/ProvinceState"),
    ]);
    found.country = first(&[
        ("photoshop", "Country"),
        ("Iptc4xmpExt", "LocationShown/CountryName"),
        ("Iptc4xmpExt", "LocationCreated/CountryName"),
    ]);
    found.location = first(&[
        ("Iptc4xmpCore", "Location"),
        ("Iptc4xmpExt", "LocationShown/Sublocation"),
        ("Iptc4xmpExt", "LocationCreated/Sublocation"),
    ]);
    for (prefix, name, separator) in [
        ("dc", "subject", None),
        ("lr", "hierarchicalSubject", None),
        ("digiKam", "TagsList", Some('/')),
        ("MicrosoftPhoto", "LastKeywordXMP", Some('/')),
    ] {
        for tag in properties.all(prefix, name) {
            match separator {
                Some(separator) => found.push_tag(&tag.replace(separator, "|")),
                None => found.push_tag(tag),
            }
        }
    }
    let persons = properties.people().iter().map(String::as_str);
    persons
        .chain(properties.all("Iptc4xmpExt", "PersonInImage").iter().map(String::as_str))
        .for_each(|person| found.push_person(person));

    let number =
        |prefix, name| properties.first(prefix, name).and_then(|text| text.trim().parse::<f64>().ok());
    let stars = number("xmp", "Rating").filter(|stars| (-1.0..=5.0).contains(stars)).map(|stars| stars as i8);
    // Windows counts in percent: 1, 25, 50, 75, 99.
    let percent = || number("MicrosoftPhoto", "Rating").filter(|percent| (0.0..=100.0).contains(percent));
    let of_percent = |percent: f64| if percent < 1.0 { 0 } else { ((percent + 12.0) / 25.0) as i8 + 1 };
    found.rating = stars.or_else(|| percent().map(of_percent).map(|stars| stars.min(5)));
    let label =
        number("digiKam", "ColorLabel").and_then(|label| LABELS.get((label as usize).checked_sub(1)?));
    found.color_label = first(&[("xmp", "Label")]).or_else(|| label.map(|label| (*label).to_owned()));
}

/// What EXIF has too.
fn shoot(found: &mut Metadata, properties: &Properties) {
    let first = |names: &[(&str, &str)]| {
        let texts = names.iter().filter_map(|(prefix, name)| properties.first(prefix, name));
        texts.map(|text| one_line(&clean(text))).find(|text| !text.is_empty())
    };
    found.camera_make = first(&[("tiff", "Make")]);
    found.camera_model = first(&[("tiff", "Model")]);
    found.lens = first(&[("exifEX", "LensModel"), ("aux", "Lens")]);
    found.software = first(&[("xmp", "CreatorTool"), ("tiff", "Software")]);
    let rational = |name| properties.first("exif", name).and_then(Rational::parse);
    let positive = |name| rational(name).and_then(Rational::if_positive);
    let iso = first(&[("exifEX", "PhotographicSensitivity"), ("exif", "ISOSpeedRatings")]);
    found.iso = iso.and_then(|iso| iso.parse().ok()).filter(|iso| *iso > 0);
    found.f_number = positive("FNumber");
    found.exposure_secs = positive("ExposureTime");
    found.focal_mm = positive("FocalLength");
    found.focal_35mm = positive("FocalLengthIn35mmFilm");
    found.exposure_bias_ev = rational("ExposureBiasValue");
    found.flash_fired = properties.first("exif", "Flash/Fired").map(|text| text.eq_ignore_ascii_case("true"));
    found.taken = [
        ("exif", "DateTimeOriginal"),
        ("photoshop", "DateCreated"),
        ("exif", "DateTimeDigitized"),
        ("xmp", "CreateDate"),
    ]
    .iter()
    .find_map(|(prefix, name)| DateTime::parse(properties.first(prefix, name)?));
    found.gps = position(properties);
    found.color_space = match properties.first("exif", "ColorSpace") {
        _ if properties.first("photoshop", "ICCProfile").is_some() => {
            properties.first("photoshop", "ICCProfile").map(|name| one_line(&clean(name)))
        }
        Some("1") => Some("sRGB".to_owned()),
        _ => None,
    };
}

fn position(properties: &Properties) -> Option<Gps> {
    let degrees = |name, positive, negative| coordinate(properties.first("exif", name)?, positive, negative);
    let height = properties.first("exif", "GPSAltitude").and_then(Rational::parse).map(Rational::value);
    let is_below_sea = properties.first("exif", "GPSAltitudeRef") == Some("1");
    let altitude_m = height.map(|height| if is_below_sea { -height.abs() } else { height });
    Gps::new(degrees("GPSLatitude", 'N', 'S')?, degrees("GPSLongitude", 'E', 'W')?, altitude_m)
}

/// `48,51.5014N` or `48,51,30N`.
fn coordinate(text: &str, positive: char, negative: char) -> Option<f64> {
    let text = text.trim();
    let reference = text.chars().last()?.to_ascii_uppercase();
    let sign = match reference {
        _ if reference == positive => 1.0,
        _ if reference == negative => -1.0,
        // Some write plain degrees with a sign.
        _ => return text.parse().ok(),
    };
    let parts = text.get(..text.len() - 1)?.split(',').map(|part| part.trim().parse::<f64>());
    let mut degrees = 0.0;
    for (part, unit) in parts.zip([1.0, 60.0, 3600.0]) {
        degrees += part.ok().filter(|part| *part >= 0.0)? / unit;
    }
    Some(sign * degrees)
}

/// What a property is called in the list.
fn name_in_words(property: &Property) -> String {
    match (property.prefix, property.path.as_str()) {
        ("dc", "subject") => "Keywords".to_owned(),
        ("dc", "rights") => "Copyright".to_owned(),
        ("exif", "FNumber") => "Aperture".to_owned(),
        (_, path) => path.split('/').map(words_of_name).collect::<Vec<_>>().join(": "),
    }
}

/// What a property says in the list; `None` when that is nothing.
fn words(property: &Property) -> Option<String> {
    let first = property.values.first()?;
    let number = || Rational::parse(first);
    let words = match (property.prefix, property.path.as_str()) {
        ("exif", "FNumber") => number().map(|number| format!("f/{}", number.decimal(1))),
        ("exif", "ExposureTime") => number().map(exposure_text),
        ("exif", "FocalLength" | "FocalLengthIn35mmFilm") => {
            number().map(|mm| format!("{} mm", mm.decimal(1)))
        }
        ("exif", "ExposureBiasValue") => {
            number().map(|bias| format!("{}{} EV", if bias.num() > 0 { "+" } else { "" }, bias.decimal(2)))
        }
        ("exif", "GPSAltitude") => number().map(|height| format!("{} m", height.decimal(1))),
        ("exif" | "exifEX" | "aux" | "tiff", _) if first.contains('/') => {
            number().map(|number| short_decimal(number.value(), 3))
        }
        _ => None,
    };
    let texts = property.values.iter().map(|value| clean(value)).filter(|value| !value.is_empty());
    let words = words.unwrap_or_else(|| texts.collect::<Vec<_>>().join("; "));
    (!words.is_empty()).then_some(words)
}

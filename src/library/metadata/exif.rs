//! What EXIF says.

use std::borrow::Cow;

use super::exif_tags::{comment, fields, flash, lens_specification, text, wide_text};
use super::rational::short_decimal;
use super::text::is_caption;
use super::tiff::{Block, Directory, Value};
use super::{DateTime, Gps, Group, Metadata, Rational};

/// Speeds from here on are no speeds.
const MOST_ISO: u32 = 100_000_000;

/// Reads blocks that belong to one picture; a file has one, but Canon's CR3 has one per directory.
pub(super) fn read(blocks: &[(Cow<'_, [u8]>, Directory)]) -> Metadata {
    let mut found = Metadata::default();
    let mut read = Vec::new();
    for (bytes, first) in blocks {
        match Block::read(bytes, *first) {
            Some(block) => read.push(block),
            None => found.warnings.push("The EXIF data do not begin as they should and were not read".into()),
        }
    }
    if read.iter().any(|block| block.is_cut_off) {
        found.warnings.push("The EXIF data are cut off: some values lie beyond their end".into());
    }
    if read.iter().any(|block| block.is_tangled) {
        found
            .warnings
            .push("The EXIF directories point in circles or are too many; the rest was not read".into());
    }
    // Some editors, and TIFF/EP, put shooting data into the first directory; no tag means two things.
    let get = |directory, tag| {
        let instead = (directory == Directory::Exif).then_some(Directory::Main);
        let places = [Some(directory), instead].into_iter().flatten();
        places.flat_map(|place| read.iter().filter_map(move |block| block.get(place, tag))).next()
    };
    describe(&mut found, get);
    shoot(&mut found, get);
    found.taken = taken(get);
    found.gps = position(get, &mut found.warnings);

    for (directory, name, words) in fields(get) {
        let group = if directory == Directory::Gps { Group::Gps } else { Group::Exif };
        found.push_field(group, name, words);
    }
    if let Some(gps) = found.gps {
        gps_fields(&mut found, gps, get);
    }
    found
}

/// Texts.
fn describe<'a>(found: &mut Metadata, get: impl Fn(Directory, u16) -> Option<Value<'a>>) {
    let text_of = |directory, tag| get(directory, tag).map(text).filter(|text| !text.is_empty());
    let wide_of = |tag| get(Directory::Main, tag).map(wide_text).filter(|text| !text.is_empty());
    found.camera_make = text_of(Directory::Main, 0x010f);
    found.camera_model = text_of(Directory::Main, 0x0110).or_else(|| text_of(Directory::Main, 0xc614));
    let lens_range =
        || get(Directory::Exif, 0xa432).or_else(|| get(Directory::Main, 0xc630)).and_then(lens_specification);
    let is_name = |name: &String| name.chars().any(char::is_alphanumeric);
    found.lens = text_of(Directory::Exif, 0xa434).filter(is_name).or_else(lens_range);
    found.software = text_of(Directory::Main, 0x0131);
    found.creator = text_of(Directory::Main, 0x013b)
        .or_else(|| wide_of(0x9c9d))
        .or_else(|| text_of(Directory::Exif, 0xa437))
        .or_else(|| text_of(Directory::Exif, 0xa430));
    found.copyright = text_of(Directory::Main, 0x8298);
    found.title = wide_of(0x9c9b).or_else(|| text_of(Directory::Exif, 0xa436));
    let user_comment = || get(Directory::Exif, 0x9286).map(comment).filter(|text| !text.is_empty());
    found.caption = text_of(Directory::Main, 0x010e)
        .filter(|text| is_caption(text))
        .or_else(|| wide_of(0x9c9f))
        .or_else(|| wide_of(0x9c9c))
        .or_else(|| user_comment().filter(|text| is_caption(text)));
    if let Some(keywords) = wide_of(0x9c9e) {
        keywords.split(';').for_each(|keyword| found.push_tag(keyword));
    }
    let stars = |value: Value<'_>| value.integer(0).filter(|stars| (0..=5).contains(stars));
    found.rating = get(Directory::Main, 0x4746).and_then(stars).map(|stars| stars as i8);
}

/// Numbers of the exposure.
fn shoot<'a>(found: &mut Metadata, get: impl Fn(Directory, u16) -> Option<Value<'a>>) {
    let exif = |tag| get(Directory::Exif, tag);
    let rational = |tag| exif(tag).and_then(|value| value.rational(0));
    let positive = |tag| rational(tag).and_then(Rational::if_positive);
    let whole = |tag| {
        exif(tag)
            .and_then(|value| u32::try_from(value.integer(0)?).ok())
            .filter(|iso| (1..MOST_ISO).contains(iso))
    };
    // The old tag has 16 bits: 65535 says that the speed is in a newer one. Panasonic's raw files have it elsewhere.
    let old = whole(0x8827).filter(|iso| *iso < 65535);
    let new = || whole(0x8833).or_else(|| whole(0x8832)).or_else(|| whole(0x8831));
    found.iso = old.or_else(new);
    found.f_number = positive(0x829d).filter(|number| number.value() < 1000.0);
    found.exposure_secs = positive(0x829a);
    found.focal_mm = positive(0x920a);
    found.focal_35mm = positive(0xa405);
    found.exposure_bias_ev = rational(0x9204).filter(|bias| bias.value().abs() < 100.0);
    let flash_bits = exif(0x9209).and_then(|value| value.integer(0)).filter(|bits| flash(*bits).is_some());
    found.flash_fired = flash_bits.map(|bits| bits & 1 != 0);

    let orientation = get(Directory::Main, 0x0112).and_then(|value| value.integer(0));
    found.orientation = orientation.filter(|value| (1..=8).contains(value)).unwrap_or(0) as u32;
    let is_adobe = get(Directory::Interoperability, 1).is_some_and(|value| value.bytes().starts_with(b"R03"));
    found.color_space = match exif(0xa001).and_then(|value| value.integer(0)) {
        Some(1) => Some("sRGB".to_owned()),
        Some(2) => Some("Adobe RGB".to_owned()),
        _ if is_adobe => Some("Adobe RGB".to_owned()),
        _ => None,
    };
}

/// When it was taken, else digitised; the date of the last change only counts in a camera's own file.
fn taken<'a>(get: impl Fn(Directory, u16) -> Option<Value<'a>>) -> Option<DateTime> {
    let text_of = |directory, tag| get(directory, tag).map(text);
    let moment = |(directory, date, subsec, offset): (Directory, u16, u16, u16)| {
        let moment = DateTime::parse(&text_of(directory, date)?)?;
        let subsec = text_of(Directory::Exif, subsec);
        Some(moment.with_exif_parts(subsec.as_deref(), text_of(Directory::Exif, offset).as_deref()))
    };
    moment((Directory::Exif, 0x9003, 0x9291, 0x9011))
        .or_else(|| moment((Directory::Exif, 0x9004, 0x9292, 0x9012)))
        .or_else(|| {
            text_of(Directory::Main, 0x010f).filter(|make| !make.is_empty())?;
            moment((Directory::Main, 0x0132, 0x9290, 0x9010))
        })
}

/// Where it was taken.
fn position<'a>(
    get: impl Fn(Directory, u16) -> Option<Value<'a>>,
    warnings: &mut Vec<String>,
) -> Option<Gps> {
    let gps = |tag| get(Directory::Gps, tag);
    let degrees = |tag| gps(tag).and_then(degrees);
    let (latitude_deg, longitude_deg) = (degrees(2)?, degrees(4)?);
    let reference =
        |tag| gps(tag).and_then(|value| value.bytes().first().copied()).map(|c| c.to_ascii_uppercase());
    let (north_south, east_west) = (reference(1), reference(3));
    let has_references = matches!(north_south, Some(b'N' | b'S')) && matches!(east_west, Some(b'E' | b'W'));
    if !has_references {
        // Receivers without a fix write zeros and nothing else.
        if latitude_deg == 0.0 && longitude_deg == 0.0 {
            return None;
        }
        warnings.push(
            "The position does not say north or south, east or west; north and east are assumed".into(),
        );
    }
    let latitude_deg = if north_south == Some(b'S') { -latitude_deg } else { latitude_deg };
    let longitude_deg = if east_west == Some(b'W') { -longitude_deg } else { longitude_deg };
    let height_m = gps(6).and_then(|value| value.rational(0)).map(Rational::value);
    // Exif 3.0 adds 2 and 3, which mean the same above another surface.
    let is_below_sea = matches!(gps(5).and_then(|value| value.integer(0)), Some(1 | 3));
    let altitude_m = height_m.map(|height| if is_below_sea { -height.abs() } else { height });
    let gps = Gps::new(latitude_deg, longitude_deg, altitude_m);
    if gps.is_none() {
        warnings.push("The position lies outside the Earth's degrees and was left out".into());
    }
    gps
}

/// Degrees, minutes and seconds. Minutes and seconds may be left out, or be written as 0/0.
fn degrees(value: Value<'_>) -> Option<f64> {
    let part = |index| match value.pair(index) {
        Some((0, 0)) | None if index > 0 => Some(0.0),
        _ => value.rational(index).map(Rational::value),
    };
    let degrees = part(0)? + part(1)? / 60.0 + part(2)? / 3600.0;
    degrees.is_finite().then_some(degrees)
}

/// What the receiver says beside the position.
fn gps_fields<'a>(found: &mut Metadata, gps: Gps, get: impl Fn(Directory, u16) -> Option<Value<'a>>) {
    found.push_field(Group::Gps, "Position", gps.to_string());
    if let Some(altitude_m) = gps.altitude_m {
        found.push_field(Group::Gps, "Altitude", format!("{} m", short_decimal(altitude_m, 1)));
    }
    let number = |tag| get(Directory::Gps, tag).and_then(|value| value.rational(0)).map(Rational::value);
    let letter = |tag| get(Directory::Gps, tag).and_then(|value| value.bytes().first().copied());
    for (name, value, reference) in [("Direction of view", 0x11, 0x10), ("Direction of movement", 0x0f, 0x0e)]
    {
        if let Some(angle) = number(value) {
            let north = if letter(reference) == Some(b'M') { "magnetic" } else { "true" };
            found.push_field(Group::Gps, name, format!("{}° from {north} north", short_decimal(angle, 1)));
        }
    }
    if let Some(speed) = number(0x0d) {
        let unit = match letter(0x0c) {
            Some(b'M') => "mph",
            Some(b'N') => "knots",
            _ => "km/h",
        };
        found.push_field(Group::Gps, "Speed", format!("{} {unit}", short_decimal(speed, 1)));
    }
    let time = get(Directory::Gps, 7);
    let part = |index| time.and_then(|value| value.float(index)).filter(|part| (0.0..61.0).contains(part));
    if let (Some(hour), Some(minute), Some(second)) = (part(0), part(1), part(2)) {
        let date = get(Directory::Gps, 0x1d).map(text).unwrap_or_default().replace(':', "-");
        let words = format!("{date} {hour:02.0}:{minute:02.0}:{:02} UTC", second as u32);
        found.push_field(Group::Gps, "Time", words.trim().to_owned());
    }
}

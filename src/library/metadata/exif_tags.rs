//! EXIF's tags, and how their values are said in words.
//!
//! Names and numbers after CIPA DC-008 (Exif 3.0), TIFF 6.0 and the DNG specification 1.7.

use super::DateTime;
use super::rational::{exposure_text, short_decimal};
use super::text::{decode, decode_utf8, decode_utf16};
use super::tiff::{Directory, Value};

/// How a value is said.
#[derive(Clone, Copy, Debug)]
enum Say {
    /// As it is written.
    Text,
    /// A date, as all dates are written here.
    Date,
    /// Windows' texts in UTF-16.
    WideText,
    /// Text after eight bytes that name its character set.
    Comment,
    /// Numbers, with a unit after them; so many decimals.
    Number(usize, &'static str),
    /// One of these.
    Choice(&'static [(i64, &'static str)]),
    /// `f/2.8`.
    FNumber,
    /// `f/2.8` from its logarithm.
    FNumberFromApex,
    /// `1/200 s`.
    Exposure,
    /// `1/200 s` from its logarithm.
    ExposureFromApex,
    /// `+0.7 EV`.
    Bias,
    /// Bits of the flash.
    Flash,
    /// `18-55 mm f/3.5-5.6`.
    LensSpecification,
}

/// One row: where, which, name, way of saying.
type Tag = (Directory, u16, &'static str, Say);

const YES_NO: &[(i64, &str)] = &[(0, "no"), (1, "yes")];
const LOW_HIGH: &[(i64, &str)] = &[(0, "normal"), (1, "low"), (2, "high")];
const LENGTH_UNIT: &[(i64, &str)] = &[(2, "per inch"), (3, "per centimetre")];

/// In the order in which they are shown.
const TAGS: &[Tag] = &[
    (Directory::Main, 0x010f, "Make", Say::Text),
    (Directory::Main, 0x0110, "Model", Say::Text),
    (Directory::Main, 0xc614, "Unique camera model", Say::Text),
    (Directory::Exif, 0xa431, "Camera serial number", Say::Text),
    (Directory::Main, 0xc62f, "Camera serial number", Say::Text),
    (Directory::Exif, 0xa430, "Camera owner", Say::Text),
    (Directory::Exif, 0xa433, "Lens make", Say::Text),
    (Directory::Exif, 0xa434, "Lens", Say::Text),
    (Directory::Exif, 0xa432, "Lens range", Say::LensSpecification),
    (Directory::Main, 0xc630, "Lens range", Say::LensSpecification),
    (Directory::Exif, 0xa435, "Lens serial number", Say::Text),
    (Directory::Exif, 0x829a, "Exposure time", Say::Exposure),
    (Directory::Exif, 0x829d, "Aperture", Say::FNumber),
    (Directory::Exif, 0x8827, "ISO", Say::Number(0, "")),
    (Directory::Exif, 0x920a, "Focal length", Say::Number(1, " mm")),
    (Directory::Exif, 0xa405, "Focal length (35 mm)", Say::Number(0, " mm")),
    (Directory::Exif, 0x9204, "Exposure bias", Say::Bias),
    (Directory::Exif, 0x9209, "Flash", Say::Flash),
    (
        Directory::Exif,
        0x9207,
        "Metering",
        Say::Choice(&[
            (1, "average"),
            (2, "centre-weighted"),
            (3, "spot"),
            (4, "multi-spot"),
            (5, "pattern"),
            (6, "partial"),
        ]),
    ),
    (
        Directory::Exif,
        0x8822,
        "Exposure program",
        Say::Choice(&[
            (1, "manual"),
            (2, "normal program"),
            (3, "aperture priority"),
            (4, "shutter priority"),
            (5, "creative program"),
            (6, "action program"),
            (7, "portrait mode"),
            (8, "landscape mode"),
            (9, "bulb"),
        ]),
    ),
    (
        Directory::Exif,
        0xa402,
        "Exposure mode",
        Say::Choice(&[(0, "automatic"), (1, "manual"), (2, "bracketing")]),
    ),
    (Directory::Exif, 0xa403, "White balance", Say::Choice(&[(0, "automatic"), (1, "manual")])),
    (
        Directory::Exif,
        0x9208,
        "Light source",
        Say::Choice(&[
            (1, "daylight"),
            (2, "fluorescent"),
            (3, "tungsten"),
            (4, "flash"),
            (9, "fine weather"),
            (10, "cloudy"),
            (11, "shade"),
            (12, "daylight fluorescent"),
            (13, "day white fluorescent"),
            (14, "cool white fluorescent"),
            (15, "white fluorescent"),
            (16, "warm white fluorescent"),
            (17, "standard light A"),
            (18, "standard light B"),
            (19, "standard light C"),
            (20, "D55"),
            (21, "D65"),
            (22, "D75"),
            (23, "D50"),
            (24, "studio tungsten"),
        ]),
    ),
    (
        Directory::Exif,
        0xa406,
        "Scene",
        Say::Choice(&[(0, "standard"), (1, "landscape"), (2, "portrait"), (3, "night")]),
    ),
    (Directory::Exif, 0x9201, "Shutter speed", Say::ExposureFromApex),
    (Directory::Exif, 0x9202, "Aperture value", Say::FNumberFromApex),
    (Directory::Exif, 0x9205, "Largest aperture", Say::FNumberFromApex),
    (Directory::Exif, 0x9203, "Brightness", Say::Number(2, " EV")),
    (Directory::Exif, 0x9206, "Subject distance", Say::Number(2, " m")),
    (
        Directory::Exif,
        0xa40c,
        "Subject distance range",
        Say::Choice(&[(1, "macro"), (2, "close"), (3, "distant")]),
    ),
    (Directory::Exif, 0xa404, "Digital zoom", Say::Number(2, "×")),
    (
        Directory::Exif,
        0xa407,
        "Gain",
        Say::Choice(&[(0, "none"), (1, "low up"), (2, "high up"), (3, "low down"), (4, "high down")]),
    ),
    (Directory::Exif, 0xa408, "Contrast", Say::Choice(&[(0, "normal"), (1, "soft"), (2, "hard")])),
    (Directory::Exif, 0xa409, "Saturation", Say::Choice(LOW_HIGH)),
    (Directory::Exif, 0xa40a, "Sharpness", Say::Choice(&[(0, "normal"), (1, "soft"), (2, "hard")])),
    (Directory::Exif, 0xa401, "Custom rendering", Say::Choice(YES_NO)),
    (
        Directory::Exif,
        0x8830,
        "Sensitivity type",
        Say::Choice(&[
            (1, "standard output sensitivity"),
            (2, "recommended exposure index"),
            (3, "ISO speed"),
            (4, "standard output sensitivity and recommended exposure index"),
            (5, "standard output sensitivity and ISO speed"),
            (6, "recommended exposure index and ISO speed"),
            (7, "all three"),
        ]),
    ),
    (Directory::Exif, 0x8831, "Standard output sensitivity", Say::Number(0, "")),
    (Directory::Exif, 0x8832, "Recommended exposure index", Say::Number(0, "")),
    (Directory::Exif, 0x8833, "ISO speed", Say::Number(0, "")),
    (Directory::Exif, 0xa215, "Exposure index", Say::Number(2, "")),
    (
        Directory::Exif,
        0xa217,
        "Sensing method",
        Say::Choice(&[
            (2, "one-chip colour area"),
            (3, "two-chip colour area"),
            (4, "three-chip colour area"),
            (5, "colour sequential area"),
            (7, "trilinear"),
            (8, "colour sequential linear"),
        ]),
    ),
    (
        Directory::Exif,
        0xa300,
        "File source",
        Say::Choice(&[(1, "transparency scanner"), (2, "reflex scanner"), (3, "digital camera")]),
    ),
    (
        Directory::Exif,
        0xa460,
        "Composite image",
        Say::Choice(&[(1, "no"), (2, "yes"), (3, "yes, made while shooting")]),
    ),
    (Directory::Exif, 0x9400, "Air temperature", Say::Number(1, " °C")),
    (Directory::Exif, 0x9401, "Humidity", Say::Number(0, " %")),
    (Directory::Exif, 0x9402, "Air pressure", Say::Number(0, " hPa")),
    (Directory::Exif, 0x9403, "Water depth", Say::Number(2, " m")),
    (Directory::Exif, 0x9405, "Camera elevation", Say::Number(1, "°")),
    (Directory::Exif, 0x9003, "Taken", Say::Date),
    (Directory::Exif, 0x9291, "Taken, part of the second", Say::Text),
    (Directory::Exif, 0x9011, "Taken, offset from UTC", Say::Text),
    (Directory::Exif, 0x9004, "Digitised", Say::Date),
    (Directory::Exif, 0x9012, "Digitised, offset from UTC", Say::Text),
    (Directory::Main, 0x0132, "Modified", Say::Date),
    (Directory::Exif, 0x9010, "Modified, offset from UTC", Say::Text),
    (Directory::Main, 0x010e, "Description", Say::Text),
    (Directory::Main, 0x9c9b, "Title", Say::WideText),
    (Directory::Exif, 0xa436, "Title", Say::Text),
    (Directory::Main, 0x9c9f, "Subject", Say::WideText),
    (Directory::Main, 0x9c9e, "Keywords", Say::WideText),
    (Directory::Main, 0x9c9c, "Comment", Say::WideText),
    (Directory::Exif, 0x9286, "User comment", Say::Comment),
    (Directory::Main, 0x013b, "Artist", Say::Text),
    (Directory::Main, 0x9c9d, "Author", Say::WideText),
    (Directory::Exif, 0xa437, "Photographer", Say::Text),
    (Directory::Exif, 0xa438, "Editor", Say::Text),
    (Directory::Main, 0x8298, "Copyright", Say::Text),
    (Directory::Main, 0x4746, "Rating", Say::Number(0, "")),
    (Directory::Main, 0x4749, "Rating in percent", Say::Number(0, " %")),
    (Directory::Main, 0x0131, "Software", Say::Text),
    (Directory::Main, 0x013c, "Computer", Say::Text),
    (
        Directory::Main,
        0x0112,
        "Orientation",
        Say::Choice(&[
            (1, "upright"),
            (2, "mirrored left to right"),
            (3, "turned by 180°"),
            (4, "mirrored top to bottom"),
            (5, "mirrored, then turned left"),
            (6, "turned left; to be turned right"),
            (7, "mirrored, then turned right"),
            (8, "turned right; to be turned left"),
        ]),
    ),
    (
        Directory::Exif,
        0xa001,
        "Colour space",
        Say::Choice(&[(1, "sRGB"), (2, "Adobe RGB"), (0xffff, "uncalibrated")]),
    ),
    (Directory::Exif, 0xa500, "Gamma", Say::Number(2, "")),
    (Directory::Main, 0x011a, "Horizontal resolution", Say::Number(1, "")),
    (Directory::Main, 0x011b, "Vertical resolution", Say::Number(1, "")),
    (Directory::Main, 0x0128, "Resolution unit", Say::Choice(LENGTH_UNIT)),
    (Directory::Exif, 0xa20e, "Focal plane resolution across", Say::Number(1, "")),
    (Directory::Exif, 0xa20f, "Focal plane resolution down", Say::Number(1, "")),
    (Directory::Exif, 0xa210, "Focal plane resolution unit", Say::Choice(LENGTH_UNIT)),
    (Directory::Exif, 0x9000, "EXIF version", Say::Text),
    (Directory::Exif, 0xa420, "Unique number", Say::Text),
    (
        Directory::Gps,
        0x0009,
        "Receiver",
        Say::Choice(&[(b'A' as i64, "measuring"), (b'V' as i64, "not measuring")]),
    ),
    (Directory::Gps, 0x0008, "Satellites", Say::Text),
    (
        Directory::Gps,
        0x000a,
        "Measured in",
        Say::Choice(&[(b'2' as i64, "two dimensions"), (b'3' as i64, "three dimensions")]),
    ),
    (Directory::Gps, 0x000b, "Dilution of precision", Say::Number(2, "")),
    (Directory::Gps, 0x001f, "Horizontal error", Say::Number(1, " m")),
    (Directory::Gps, 0x0012, "Map datum", Say::Text),
    (Directory::Gps, 0x001b, "Method", Say::Comment),
    (Directory::Gps, 0x001c, "Area", Say::Comment),
];

/// Every value that has a name here: directory, name and words, in the order in which they are shown.
pub(super) fn fields<'a>(
    get: impl Fn(Directory, u16) -> Option<Value<'a>>,
) -> impl Iterator<Item = (Directory, &'static str, String)> {
    TAGS.iter().filter_map(move |&(directory, tag, name, say)| {
        let words = say.words(get(directory, tag)?)?;
        (!words.is_empty()).then_some((directory, name, words))
    })
}

/// A value of this tag as text.
pub(super) fn text(value: Value<'_>) -> String {
    if !value.is_text() {
        return String::new();
    }
    // The photographer's copyright may be blank and the editor's follow it.
    let parts = value.bytes().split(|byte| *byte == 0).take(8);
    parts.map(decode).find(|part| !part.is_empty()).unwrap_or_default()
}

/// A value of one of Windows' tags as text.
pub(super) fn wide_text(value: Value<'_>) -> String {
    decode_utf16(value.bytes(), false)
}

/// A comment after its character set.
pub(super) fn comment(value: Value<'_>) -> String {
    let Some((charset, rest)) = value.bytes().split_at_checked(8) else { return String::new() };
    match charset {
        b"UNICODE\0" => {
            // Some writers use the other byte order: Latin letters have their zeros where the high byte lies.
            let zeros =
                |at: usize| rest.iter().skip(at).step_by(2).take(64).filter(|byte| **byte == 0).count();
            let (even, odd) = (zeros(0), zeros(1));
            decode_utf16(rest, if even == odd { value.is_big_endian() } else { even > odd })
        }
        // No reader of JIS here; it would only be garbage.
        b"JIS\0\0\0\0\0" => String::new(),
        b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0" => decode(rest),
        // Some leave the character set away.
        _ => decode(value.bytes()),
    }
}

/// Shortest and longest focal length and their smallest f-numbers: `18-55 mm f/3.5-5.6`.
pub(super) fn lens_specification(value: Value<'_>) -> Option<String> {
    let part = |index| value.rational(index).filter(|number| number.num() > 0);
    let range = |from: Option<_>, to: Option<_>| {
        let (from, to): (super::Rational, super::Rational) = (from.or(to)?, to.or(from)?);
        let (from, to) = (from.decimal(1), to.decimal(1));
        Some(if from == to { from } else { format!("{from}-{to}") })
    };
    let focal = range(part(0), part(1))?;
    let aperture = range(part(2), part(3)).map(|numbers| format!(" f/{numbers}")).unwrap_or_default();
    Some(format!("{focal} mm{aperture}"))
}

impl Say {
    /// The value in words; `None` when there is nothing to say.
    fn words(self, value: Value<'_>) -> Option<String> {
        match self {
            Self::Text if value.is_text() => Some(text(value)),
            Self::Text => Some(decode_utf8(value.bytes())),
            Self::Date => {
                let text = text(value);
                let is_written = text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
                DateTime::parse(&text).map(|date| date.to_string()).or_else(|| is_written.then_some(text))
            }
            Self::WideText => Some(wide_text(value)),
            Self::Comment => Some(comment(value)),
            Self::Number(decimals, unit) => {
                let numbers: Vec<String> = (0..value.len().min(4))
                    .map_while(|index| Some(short_decimal(value.float(index)?, decimals)))
                    .collect();
                (!numbers.is_empty()).then(|| format!("{}{unit}", numbers.join(", ")))
            }
            Self::Choice(choices) => {
                let number = value.integer(0).or_else(|| value.bytes().first().copied().map(i64::from))?;
                choices.iter().find(|(choice, _)| *choice == number).map(|(_, words)| (*words).to_owned())
            }
            Self::FNumber => Some(format!("f/{}", value.rational(0)?.if_positive()?.decimal(1))),
            Self::FNumberFromApex => {
                let number = (value.float(0)? / 2.0).exp2();
                (0.0..1000.0).contains(&number).then(|| format!("f/{}", short_decimal(number, 1)))
            }
            Self::Exposure => Some(exposure_text(value.rational(0)?.if_positive()?)),
            Self::ExposureFromApex => {
                let micros = (-value.float(0)?).exp2() * 1e6;
                let secs = (0.1..1e12).contains(&micros).then_some(micros)?;
                Some(exposure_text(super::Rational::new((secs * 1000.0) as i64, 1_000_000_000)?))
            }
            Self::Bias => {
                let bias = value.rational(0)?;
                Some(format!("{}{} EV", if bias.num() > 0 { "+" } else { "" }, bias.decimal(2)))
            }
            Self::Flash => flash(value.integer(0)?),
            Self::LensSpecification => lens_specification(value),
        }
    }
}

/// What the bits of the flash say: bit 0 fired, 1–2 light seen to come back, 3–4 mode, 5 no flash there, 6 red eyes.
pub(super) fn flash(bits: i64) -> Option<String> {
    if !(0..0x80).contains(&bits) {
        return None;
    }
    if bits & 0x20 != 0 {
        return Some("no flash".to_owned());
    }
    let mut words = vec![if bits & 1 != 0 { "fired" } else { "did not fire" }];
    match bits >> 3 & 3 {
        1 => words.push("always on"),
        2 => words.push("always off"),
        3 => words.push("automatic"),
        _ => {}
    }
    match bits >> 1 & 3 {
        2 => words.push("no light came back"),
        3 => words.push("light came back"),
        _ => {}
    }
    if bits & 0x40 != 0 {
        words.push("red eyes reduced");
    }
    Some(words.join(", "))
}

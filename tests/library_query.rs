//! The query language: what texts mean, what is said about wrong ones, and what is offered for completion.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

use std::time::Instant;

use proptest::prelude::*;
use vitrine::library::format::{Format, RawFamily};
use vitrine::library::query::complete::{Completion, Facets, apply, complete};
use vitrine::library::query::parse::{LookField, Vocabulary, describe_filter, help, parse};
use vitrine::library::query::{
    CivilDate, Filter, NumberField, NumberRange, Presence, Shape, Term, TermKind, TextField,
};

/// A Saturday.
const TODAY: CivilDate = CivilDate { year: 2026, month: 11, day: 21 };

struct Looks;

const COLOURS: [&str; 8] = ["red", "orange", "teal", "blue", "light blue", "black", "gray", "brown"];
const TONES: [&str; 6] = ["dark", "high-key", "bright", "moody", "sepia", "bw"];
const TEXTURES: [&str; 4] = ["smooth", "busy", "striped", "grainy"];

fn names(field: LookField) -> &'static [&'static str] {
    match field {
        LookField::Colour => &COLOURS,
        LookField::Tone => &TONES,
        LookField::Texture => &TEXTURES,
    }
}

impl Vocabulary for Looks {
    fn look(&self, field: LookField, word: &str) -> Option<String> {
        let word = word.to_lowercase();
        let canonical = match word.as_str() {
            "grey" => "gray",
            "turquoise" => "teal",
            other => other,
        };
        names(field).contains(&canonical).then(|| canonical.to_owned())
    }

    fn looks(&self, field: LookField) -> Vec<String> {
        names(field).iter().map(|&name| name.to_owned()).collect()
    }
}

struct Library;

impl Facets for Library {
    fn values(&self, field: TextField, prefix: &str) -> Vec<(String, usize)> {
        let known: &[(&str, usize)] = match field {
            TextField::Camera => &[("Nikon D90", 120), ("NIKON Z6", 40), ("Pixel 7", 1)],
            TextField::Tag => &[("holiday", 12), ("5\" disk, old", 2), ("paris", 3), (":o", 1)],
            TextField::Place => &[("Paris", 30), ("Pärnu", 2)],
            TextField::Type => &[("jpeg", 150)],
            _ => &[],
        };
        let begins = |(value, _): &&(&str, usize)| value.to_lowercase().starts_with(&prefix.to_lowercase());
        known.iter().filter(begins).map(|&(value, count)| (value.to_owned(), count)).collect()
    }
}

fn terms(text: &str) -> Vec<Term> {
    parse(text, &Looks, TODAY).terms
}

/// The kind of the only term of a text, as it is when a space follows it.
fn kind(text: &str) -> TermKind {
    let [term] = <[Term; 1]>::try_from(terms(&format!("{text} "))).unwrap();
    assert_eq!((term.negated, term.weight), (false, 1.0), "{text}");
    term.kind
}

fn words(text: &str, is_phrase: bool, is_prefix: bool) -> TermKind {
    TermKind::Words { text: text.into(), is_phrase, is_prefix }
}

fn word(text: &str) -> TermKind {
    words(text, false, false)
}

fn text(field: TextField, value: &str) -> TermKind {
    TermKind::Filter(Filter::Text { field, value: value.into() })
}

fn wrong(text: &str) -> (String, Option<String>) {
    let terms = terms(text);
    match terms.as_slice() {
        [Term { kind: TermKind::Wrong { reason, suggestion }, .. }] => (reason.clone(), suggestion.clone()),
        other => panic!("{text} is not wrong: {other:?}"),
    }
}

/// `[a` and `a]` are ends that belong to the range, `(a` and `a)` such that do not, `-` an open one.
fn number(field: NumberField, lower: &str, upper: &str) -> TermKind {
    let end = |text: &str| text.trim_matches(['[', ']', '(', ')']).parse().ok();
    let range = NumberRange {
        from: end(lower),
        to: end(upper),
        from_included: !lower.starts_with('('),
        to_included: !upper.ends_with(')'),
    };
    TermKind::Filter(Filter::Number { field, range })
}

fn date(text: &str) -> CivilDate {
    let parts: Vec<i16> = text.split('-').map(|part| part.parse().unwrap()).collect();
    CivilDate::new(parts[0], parts[1] as u8, parts[2] as u8).unwrap()
}

fn taken(from: &str, until: &str) -> TermKind {
    let or = |text: &str, open| if text.is_empty() { open } else { date(text) };
    TermKind::Filter(Filter::Taken { from: or(from, CivilDate::FIRST), until: or(until, CivilDate::LAST) })
}

#[test]
fn words_phrases_and_prefixes() {
    assert_eq!(kind("tower"), word("tower"));
    assert_eq!(kind("\"eiffel tower\""), words("eiffel tower", true, false));
    assert_eq!(kind("“eiffel tower”"), words("eiffel tower", true, false));
    assert_eq!(kind("moun*"), words("moun", false, true));
    assert_eq!(kind("\"golden ret\"*"), words("golden ret", true, true));
    assert_eq!(kind("\"the \"\"best\"\" one\""), words("the \"best\" one", true, false));
    assert_eq!(kind("red,"), word("red"));
    assert_eq!(kind("München"), word("München"));
    assert_eq!(kind("写真"), word("写真"));
    // Still being typed.
    assert_eq!(terms("tow")[0].kind, words("tow", false, true));
    assert_eq!(terms("\"golden ret")[0].kind, words("golden ret", true, true));
    assert_eq!(terms("\"golden ")[0].kind, words("golden", true, false));
    assert_eq!(terms("\"golden\"")[0].kind, words("golden", true, false));
    assert_eq!(terms("big tow")[0].kind, word("big"));
    // A word to leave out is not widened while it is typed, only by a star.
    assert_eq!(terms("-d")[0].kind, word("d"));
    assert_eq!(terms("-d*")[0].kind, words("d", false, true));
}

#[test]
fn colons_in_paths_times_and_addresses_make_no_field() {
    for text in [
        "C:\\photos",
        "C:",
        "c:/photos",
        "f:/photos",
        "12:30",
        "http://a.b/c",
        "https:",
        "std::fs",
        ":)",
        "a-b:c",
    ] {
        assert_eq!(kind(text), word(text), "{text}");
    }
}

#[test]
fn negation_and_weight() {
    let found = terms("-dog cat^2 -\"red car\"^0.5 −iso:800 -portrait sun^ ");
    let summary: Vec<_> = found.iter().map(|term| (term.negated, term.weight, term.kind.clone())).collect();
    assert_eq!(
        summary,
        [
            (true, 1.0, word("dog")),
            (false, 2.0, word("cat")),
            (true, 0.5, words("red car", true, false)),
            (true, 1.0, number(NumberField::Iso, "[800", "800]")),
            (true, 1.0, TermKind::Filter(Filter::Shape(Shape::Portrait))),
            (false, 1.0, word("sun")),
        ]
    );
    assert_eq!(terms("camera:nikon^3")[0].weight, 3.0);
    // On the way to 0.5.
    for text in ["sun^", "sun^0", "sun^0.", "sun^0.0"] {
        assert_eq!((terms(text)[0].weight, &terms(text)[0].kind), (1.0, &word("sun")), "{text}");
    }
    assert_eq!(kind("a^b"), word("a^b"));
    for text in ["sun^0 ", "sun^11", "sun^-1", "sun^1.2.3"] {
        assert!(wrong(text).0.contains("weight"), "{text}");
    }
}

#[test]
fn shapes_and_black_and_white_are_plain_words_in_quotes() {
    assert_eq!(kind("portrait"), TermKind::Filter(Filter::Shape(Shape::Portrait)));
    assert_eq!(kind("Landscape"), TermKind::Filter(Filter::Shape(Shape::Landscape)));
    assert_eq!(terms("square")[0].kind, TermKind::Filter(Filter::Shape(Shape::Square)));
    assert_eq!(kind("panorama"), TermKind::Filter(Filter::Shape(Shape::Panorama)));
    assert_eq!(kind("shape:square"), TermKind::Filter(Filter::Shape(Shape::Square)));
    assert_eq!(kind("\"portrait\""), words("portrait", true, false));
    assert_eq!(kind("portraits"), word("portraits"));
    assert_eq!(terms("portrai")[0].kind, words("portrai", false, true));
    assert_eq!(kind("bw"), TermKind::Look("bw".into()));
    assert_eq!(parse("bw ", &(), TODAY).terms[0].kind, word("bw"));
}

#[test]
fn numbers() {
    use NumberField as N;
    let cases = [
        ("iso:>800", N::Iso, "(800", "-"),
        ("ISO:>=800", N::Iso, "[800", "-"),
        ("iso:≥800", N::Iso, "[800", "-"),
        ("iso:<800", N::Iso, "-", "800)"),
        ("iso:<=800", N::Iso, "-", "800]"),
        ("iso:=800", N::Iso, "[800", "800]"),
        ("iso:800", N::Iso, "[800", "800]"),
        ("iso>800", N::Iso, "(800", "-"),
        ("iso:800..1600", N::Iso, "[800", "1600]"),
        ("iso:800…1600", N::Iso, "[800", "1600]"),
        ("iso:800..", N::Iso, "[800", "-"),
        ("iso:..1600", N::Iso, "-", "1600]"),
        ("iso:\"> 800\"", N::Iso, "(800", "-"),
        ("f:2.8", N::FNumber, "[2.75", "2.85)"),
        ("f/2.8", N::FNumber, "[2.75", "2.85)"),
        ("F/2.8", N::FNumber, "[2.75", "2.85)"),
        ("f:f/2.8", N::FNumber, "[2.75", "2.85)"),
        ("aperture:4", N::FNumber, "[3.95", "4.05)"),
        ("f:1.78", N::FNumber, "[1.775", "1.785)"),
        ("f:<2.8", N::FNumber, "-", "2.8)"),
        ("exposure:>1s", N::ExposureSecs, "(1", "-"),
        ("exposure:<=20ms", N::ExposureSecs, "-", "0.02]"),
        ("exposure:1/200..1/50", N::ExposureSecs, "[0.005", "0.02]"),
        ("shutter:>2min", N::ExposureSecs, "(120", "-"),
        ("focal:35..85", N::FocalMm, "[35", "85]"),
        ("focal:35..85mm", N::FocalMm, "[35", "85]"),
        ("focal:50mm", N::FocalMm, "[49.5", "50.5)"),
        ("focal35:<24", N::Focal35Mm, "-", "24)"),
        ("size:>5MB", N::SizeBytes, "(5000000", "-"),
        ("size:>5mib", N::SizeBytes, "(5242880", "-"),
        ("size:<=300kB", N::SizeBytes, "-", "300000]"),
        ("size:1..2GB", N::SizeBytes, "[1000000000", "2000000000]"),
        ("size:500kB..1MiB", N::SizeBytes, "[500000", "1048576]"),
        ("size:5MB", N::SizeBytes, "[4500000", "5500000)"),
        ("size:0", N::SizeBytes, "[0", "0]"),
        ("width:>4000", N::Width, "(4000", "-"),
        ("height:1080px", N::Height, "[1080", "1080]"),
        ("mp:12", N::Megapixels, "[11.5", "12.5)"),
        ("mp:>=12", N::Megapixels, "[12", "-"),
        ("rating:>=4", N::Rating, "[4", "-"),
        ("rating:5", N::Rating, "[5", "5]"),
    ];
    for (text, field, lower, upper) in cases {
        assert_eq!(kind(text), number(field, lower, upper), "{text}");
    }
    // 1/200 as cameras round it: 1/197 is the same setting, 1/160 and 1/250 are not.
    let TermKind::Filter(Filter::Number { range, .. }) = kind("exposure:1/200") else { panic!("no number") };
    let (from, to) = (range.from.unwrap(), range.to.unwrap());
    assert!(from < 1.0 / 203.0 && 1.0 / 197.0 < to && 1.0 / 250.0 < from && to < 1.0 / 160.0, "{from} {to}");
}

#[test]
fn dates() {
    let cases = [
        ("date:2023", "2023-01-01", "2024-01-01"),
        ("date:2023-05", "2023-05-01", "2023-06-01"),
        ("date:2023-12", "2023-12-01", "2024-01-01"),
        ("date:2024-02", "2024-02-01", "2024-03-01"),
        ("date:2023-05-07", "2023-05-07", "2023-05-08"),
        ("date:2024-02-29", "2024-02-29", "2024-03-01"),
        ("date:2000-02-29", "2000-02-29", "2000-03-01"),
        ("date:2023-12-31", "2023-12-31", "2024-01-01"),
        ("date:20230507", "2023-05-07", "2023-05-08"),
        ("date:2023/5/7", "2023-05-07", "2023-05-08"),
        ("date:2023:05:07", "2023-05-07", "2023-05-08"),
        ("date:2023-05..2023-08", "2023-05-01", "2023-09-01"),
        ("date:2020..2022", "2020-01-01", "2023-01-01"),
        ("date:2023-05..", "2023-05-01", ""),
        ("date:..2023-05", "", "2023-06-01"),
        ("date:>2023-05", "2023-06-01", ""),
        ("date:>=2023-05", "2023-05-01", ""),
        ("date:<2023-05", "", "2023-05-01"),
        ("date:<=2023-05", "", "2023-06-01"),
        ("taken:=2023", "2023-01-01", "2024-01-01"),
        ("date:today", "2026-11-21", "2026-11-22"),
        ("date:Yesterday", "2026-11-20", "2026-11-21"),
        ("date:this-week", "2026-11-16", "2026-11-23"),
        ("date:last-week", "2026-11-09", "2026-11-16"),
        ("date:\"last week\"", "2026-11-09", "2026-11-16"),
        ("date:this-month", "2026-11-01", "2026-12-01"),
        ("date:last-month", "2026-10-01", "2026-11-01"),
        ("date:last-year", "2025-01-01", "2026-01-01"),
        ("date:>=last-week", "2026-11-09", ""),
        ("date:may-2023", "2023-05-01", "2023-06-01"),
        ("date:\"May 2023\"", "2023-05-01", "2023-06-01"),
        ("date:>\"May 2023\"", "2023-06-01", ""),
        ("date:2023-may", "2023-05-01", "2023-06-01"),
        ("date:\"7 May 2023\"", "2023-05-07", "2023-05-08"),
        ("date:\"May 7th, 2023\"", "2023-05-07", "2023-05-08"),
        ("date:sept-2023", "2023-09-01", "2023-10-01"),
        ("year:2023", "2023-01-01", "2024-01-01"),
        ("year:2020..2022", "2020-01-01", "2023-01-01"),
        ("year:>2020", "2021-01-01", ""),
    ];
    for (text, from, until) in cases {
        assert_eq!(kind(text), taken(from, until), "{text}");
    }
    // An end that is not finished does not make everything vanish.
    assert_eq!(terms("date:2023-")[0].kind, taken("2023-01-01", "2024-01-01"));
    assert_eq!(terms("date:2023-0")[0].kind, taken("2023-01-01", "2024-01-01"));
    assert_eq!(terms("date:2023-05-0")[0].kind, taken("2023-05-01", "2023-06-01"));
    assert_eq!(terms("year:2020..20")[0].kind, taken("2020-01-01", ""));
    assert!(matches!(terms("year:2020..20 ")[0].kind, TermKind::Wrong { .. }));
}

#[test]
fn relative_dates_at_the_turn_of_the_year() {
    let on = |today: &str, text: &str| parse(text, &(), date(today)).terms.remove(0).kind;
    assert_eq!(on("2024-01-01", "date:yesterday "), taken("2023-12-31", "2024-01-01"));
    assert_eq!(on("2024-01-01", "date:last-month "), taken("2023-12-01", "2024-01-01"));
    assert_eq!(on("2024-01-01", "date:last-week "), taken("2023-12-25", "2024-01-01"));
    assert_eq!(on("2024-03-01", "date:yesterday "), taken("2024-02-29", "2024-03-01"));
    assert_eq!(on("2023-03-31", "date:last-month "), taken("2023-02-01", "2023-03-01"));
}

#[test]
fn calendar_agrees_with_known_days() {
    // Seconds of `date -u -d … +%s` divided by 86 400.
    let known = [
        ("1970-01-01", 0),
        ("1969-12-31", -1),
        ("2000-02-29", 11_016),
        ("2000-03-01", 11_017),
        ("1900-03-01", -25_508),
        ("2023-05-07", 19_484),
        ("2038-01-19", 24_855),
        ("1582-10-15", -141_427),
        ("9999-12-31", 2_932_896),
        ("0001-01-01", -719_162),
    ];
    for (text, days) in known {
        assert_eq!(date(text).days_since_1970(), days, "{text}");
        assert_eq!(CivilDate::from_days_since_1970(days), date(text), "{days}");
        assert_eq!(date(text).to_string(), text);
    }
    assert_eq!(date("2023-05-07").days_since_monday(), 6);
    assert_eq!(date("2024-01-01").days_since_monday(), 0);
    let mut previous = CivilDate::from_days_since_1970(-80_000);
    for days in -79_999..100_000 {
        let date = CivilDate::from_days_since_1970(days);
        assert!(date > previous && date.days_since_1970() == days, "{days}: {date}");
        previous = date;
    }
    for (year, month, day) in
        [(2023, 2, 29), (1900, 2, 29), (2023, 4, 31), (2023, 13, 1), (2023, 0, 1), (2023, 1, 0)]
    {
        assert_eq!(CivilDate::new(year, month, day), None, "{year}-{month}-{day}");
    }
}

#[test]
fn fields_with_text() {
    use TextField as T;
    let cases = [
        ("camera:nikon", T::Camera, "nikon"),
        ("CAMERA:Nikon", T::Camera, "Nikon"),
        ("camera:\"Nikon D90\"", T::Camera, "Nikon D90"),
        ("lens:50mm", T::Lens, "50mm"),
        ("folder:trips/2023", T::Folder, "trips/2023"),
        ("folder:trips\\2023\\", T::Folder, "trips/2023"),
        ("folder:./trips/", T::Folder, "trips"),
        ("name:IMG_*", T::Name, "IMG_"),
        ("name:\"a*\"", T::Name, "a*"),
        ("name:\"*\"", T::Name, "*"),
        ("tag:holiday", T::Tag, "holiday"),
        ("caption:birthday", T::Caption, "birthday"),
        ("place:Paris", T::Place, "Paris"),
        ("by:adams", T::Creator, "adams"),
        ("creator:adams", T::Creator, "adams"),
        ("type:png", T::Type, "png"),
        ("type:JPG", T::Type, "jpeg"),
        ("type:.tif", T::Type, "tiff"),
        ("type:raw", T::Type, "raw"),
        ("caption:12:30", T::Caption, "12:30"),
    ];
    for (typed, field, value) in cases {
        assert_eq!(kind(typed), text(field, value), "{typed}");
    }
}

#[test]
fn every_format_can_be_asked_for() {
    let formats = [
        Format::Jpeg,
        Format::Png,
        Format::WebP,
        Format::Tiff,
        Format::Gif,
        Format::Bmp,
        Format::Qoi,
        Format::Tga,
        Format::Hdr,
        Format::Exr,
        Format::Heic,
        Format::Avif,
        Format::JpegXl,
        Format::Raw(RawFamily::Dng),
        Format::Raw(RawFamily::Cr2),
        Format::Raw(RawFamily::Cr3),
        Format::Raw(RawFamily::Nef),
        Format::Raw(RawFamily::Arw),
        Format::Raw(RawFamily::Orf),
        Format::Raw(RawFamily::Rw2),
        Format::Raw(RawFamily::Raf),
        Format::Raw(RawFamily::Pef),
        Format::Raw(RawFamily::Other),
    ];
    for format in formats {
        assert_eq!(kind(&format!("type:{format}")), text(TextField::Type, format.name()));
    }
    assert_eq!(kind("type:nrw"), text(TextField::Type, "nef"));
    assert_eq!(wrong("type:srw").1.as_deref(), Some("type:raw"));
}

#[test]
fn conditions_in_words() {
    let cases = [
        ("iso:>800", "ISO above 800"),
        ("iso:>=800", "ISO 800 or more"),
        ("iso:..800", "ISO 800 or less"),
        ("iso:800", "ISO 800"),
        ("f:2.8", "f-number 2.75 to 2.85"),
        ("exposure:<1/200", "exposure below 1/200 s"),
        ("exposure:>2", "exposure above 2 s"),
        ("focal:35..85", "focal length 35 mm to 85 mm"),
        ("size:>5MB", "file size above 5 MB"),
        ("date:2023", "taken in 2023"),
        ("year:2020..2022", "taken in 2020 to 2022"),
        ("date:2023-02", "taken in February 2023"),
        ("date:2023-12", "taken in December 2023"),
        ("date:2023-05-07", "taken on 2023-05-07"),
        ("date:2023-05..2023-08", "taken from 2023-05-01 to 2023-08-31"),
        ("date:>2023-05", "taken from 2023-06-01 on"),
        ("date:<2023-05", "taken until 2023-04-30"),
        ("camera:nikon", "camera contains nikon"),
        ("type:jpg", "jpeg files"),
        ("folder:a/b", "in the folder a/b"),
        ("has:gps", "has a GPS position"),
        ("portrait", "portrait format"),
        ("near:48.85,-2.35,500m", "within 500 m of 48.85° N, 2.35° W"),
        ("near:48.85,2.35", "within 5 km of 48.85° N, 2.35° E"),
    ];
    for (text, expected) in cases {
        let TermKind::Filter(filter) = kind(text) else { panic!("{text} is no condition") };
        assert_eq!(describe_filter(&filter), expected, "{text}");
    }
}

#[test]
fn presence_looks_and_places() {
    let has = [
        ("gps", Presence::Gps),
        ("date", Presence::Date),
        ("caption", Presence::Caption),
        ("tags", Presence::Tags),
        ("tag", Presence::Tags),
        ("rating", Presence::Rating),
        ("camera", Presence::Camera),
        ("lens", Presence::Lens),
        ("sidecar", Presence::Sidecar),
        ("Alpha", Presence::Alpha),
    ];
    for (value, presence) in has {
        assert_eq!(kind(&format!("has:{value}")), TermKind::Filter(Filter::Has(presence)), "{value}");
    }
    assert_eq!(kind("camera:*"), TermKind::Filter(Filter::Has(Presence::Camera)));
    let looks = [
        ("color:teal", "teal"),
        ("colour:Turquoise", "teal"),
        ("color:\"light blue\"", "light blue"),
        ("color:light-blue", "light blue"),
        ("tone:dark", "dark"),
        ("tone:\"high key\"", "high-key"),
        ("texture:smooth", "smooth"),
    ];
    for (text, name) in looks {
        assert_eq!(kind(text), TermKind::Look(name.into()), "{text}");
    }
    assert_eq!(kind("color:#00aabb"), TermKind::Swatch([0, 0xaa, 0xbb]));
    assert_eq!(kind("color:#0AF"), TermKind::Swatch([0, 0xaa, 0xff]));

    let near = |text: &str| match kind(text) {
        TermKind::Filter(Filter::Near { latitude_deg, longitude_deg, radius_m }) => {
            (latitude_deg, longitude_deg, radius_m)
        }
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(near("near:48.85,2.35,5km"), (48.85, 2.35, 5000.0));
    assert_eq!(near("near:48.85,2.35"), (48.85, 2.35, 5000.0));
    assert_eq!(near("near:48.85,2.35,"), (48.85, 2.35, 5000.0));
    assert_eq!(near("near:-33.86,151.21,200m"), (-33.86, 151.21, 200.0));
    assert_eq!(near("near:48.85,2.35,2mi"), (48.85, 2.35, 3218.688));
    assert_eq!(near("near:48.85,2.35,7"), (48.85, 2.35, 7000.0));
    assert_eq!(near("near:\"33.86° S, 70.5 W, 1 km\""), (-33.86, -70.5, 1000.0));
}

#[test]
fn wrong_terms_say_why_and_what_was_meant() {
    let cases = [
        ("iso:", "iso: wants a number, as in iso:>800", None),
        ("iso:>", "wants a number after >", None),
        ("iso:..", "range wants a number", None),
        ("iso:abc", "wants a number", None),
        ("iso:-5", "negative", None),
        ("iso:1600..800", "ends before it begins", Some("iso:800..1600")),
        ("iso:800-1600", "wants a number", Some("iso:800..1600")),
        ("iso:800+", "wants a number", Some("iso:>=800")),
        ("iso:12,800", "wants a number", Some("iso:12800")),
        ("iso:=>800", ">=", Some("iso:>=800")),
        ("iso:<>800", "no comparison", None),
        ("f:2,8", "wants an f-number", Some("f:2.8")),
        ("f:<2,8", "wants an f-number", Some("f:<2.8")),
        ("f/2,8", "wants an f-number", Some("f:f/2.8")),
        ("exposure:1/", "after the stroke", None),
        ("exposure:1/0", "smaller", None),
        ("exposure:1/200-1/50", "wants a time", Some("exposure:1/200..1/50")),
        ("focal:50cm", "cm is no unit here; write mm", None),
        ("rating:6", "0 to 5", None),
        ("camra:nikon", "there is no field camra:", Some("camera:nikon")),
        ("-camra:\"Nikon D90\"^2", "there is no field camra:", Some("-camera:\"Nikon D90\"^2")),
        ("camra:", "there is no field camra:", Some("camera:")),
        ("foo:bar", "there is no field foo:", None),
        ("is:abc", "there is no field is:", None),
        ("größe:5", "there is no field größe:", None),
        ("month:may-2023", "a month of every year", Some("date:may-2023")),
        ("date:2023-02-30", "no day 30 in February 2023, which has 28 days", Some("date:2023-02")),
        ("date:2100-02-29", "which has 28 days", Some("date:2100-02")),
        ("date:2023-13", "no month 13", None),
        ("date:202", "year of four digits", None),
        ("date:foo", "foo is no date", None),
        ("date:may", "the year of may too", Some("date:may-2026")),
        ("month:5", "a month of every year", Some("date:2026-05")),
        ("folder:*", "besides the star", None),
        ("date:7.5.2023", "year first", Some("date:2023-05-07")),
        ("date:5/27/2023", "year first", Some("date:2023-05-27")),
        ("date:5/7/2023", "year first", None),
        ("date:05-2023", "year first", Some("date:2023-05")),
        ("date:2023..2021", "ends before it begins", Some("date:2021..2023")),
        ("year:2023-05", "date:", Some("date:2023-05")),
        ("year:23", "four digits", None),
        ("has:gpx", "there is no property gpx", Some("has:gps")),
        ("has:foo", "gps, date, caption", None),
        ("type:pnh", "there is no file type pnh", Some("type:png")),
        ("type:png,jpg", "one type at a time", None),
        ("color:teel", "there is no colour teel", Some("color:teal")),
        ("color:te", "teal begins so", Some("color:teal")),
        ("color:dark", "dark is a tone, not a colour", Some("tone:dark")),
        ("tone:#00aabb", "color:", Some("color:#00aabb")),
        ("color:#00aab", "3 or 6 digits", None),
        ("color:light-blu", "there is no colour", Some("color:\"light blue\"")),
        ("near:paris", "place:", Some("place:paris")),
        ("near:48.85", "longitude", None),
        ("near:91,0", "latitude goes from -90 to 90", None),
        ("near:0,181", "longitude goes from -180 to 180", None),
        ("near:0,0,0km", "above 0", None),
        ("near:0,0,99999km", "at most 20015 km", None),
        ("near:0,0,5parsec", "distance in m, km or mi", None),
        ("near:nan,0", "latitude as a number", None),
        ("near:48,85,2,35", "points in the numbers", None),
        ("-", "minus wants a word", None),
        ("*", "star wants", None),
        ("^2", "weight wants", None),
        ("\"\"", "nothing is written", None),
        ("\"", "nothing is written", None),
    ];
    for (text, part, suggestion) in cases {
        let (reason, found) = wrong(text);
        assert!(reason.contains(part), "{text}: {reason}");
        assert_eq!(found.as_deref(), suggestion, "{text}: {reason}");
    }
    assert!(
        matches!(&terms("iso: 800")[0].kind, TermKind::Wrong { reason, .. } if reason.contains("right after the colon"))
    );
}

#[test]
fn suggestions_are_right_when_taken() {
    let texts = [
        "camra:nikon",
        "-aprture:2.8^2",
        "dat:2023-05",
        "iso:1600..800",
        "color:teel",
        "tone:teal",
        "near:paris",
        "date:7.5.2023",
        "date:>5/27/2023",
        "type:jpge",
        "has:gpx",
        "month:may-2023",
        "year:2023-05",
        "color:light-blu",
    ];
    for text in texts {
        let suggestion = wrong(text).1.unwrap_or_else(|| panic!("{text} suggests nothing"));
        assert!(
            terms(&suggestion).iter().all(|term| !matches!(term.kind, TermKind::Wrong { .. })),
            "{suggestion}"
        );
    }
}

#[test]
fn every_example_of_the_help_is_right() {
    for line in help() {
        let found = terms(&format!("{} ", line.example));
        assert_eq!(found.len(), 1, "{}", line.example);
        assert!(!matches!(found[0].kind, TermKind::Wrong { .. }), "{}: {:?}", line.example, found[0].kind);
        assert!(line.field().is_none() || line.example.starts_with(line.name), "{}", line.example);
        assert!(!line.meaning.is_empty() && !line.meaning.ends_with('.'), "{}", line.name);
        assert!(line.field().is_none() || wrong(line.name).0.contains(line.example), "{}", line.name);
    }
}

fn offered(text: &str) -> Vec<Completion> {
    complete(text, text.len(), &Looks, &Library)
}

fn taken_texts(text: &str) -> Vec<String> {
    offered(text).iter().map(|completion| apply(text, completion).0).collect()
}

#[test]
fn completions() {
    let cases: [(&str, &[&str]); 18] = [
        ("ca", &["camera:", "caption:"]),
        ("tower -ap", &["tower -f:"]),
        ("iso", &["iso:"]),
        ("te", &["texture:", "teal "]),
        ("port", &["portrait "]),
        ("li", &["color:\"light blue\" ", "tone:"]),
        ("iso:", &["iso:>800 "]),
        ("camera:nik", &["camera:\"Nikon D90\" ", "camera:\"NIKON Z6\" "]),
        ("camera:\"nik", &["camera:\"Nikon D90\" ", "camera:\"NIKON Z6\" "]),
        ("tag:5", &["tag:\"5\"\" disk, old\" "]),
        ("tag::", &[]),
        ("tag:\":", &["tag:\":o\" "]),
        ("has:ca", &["has:caption ", "has:camera "]),
        ("type:jp", &["type:jpeg "]),
        ("color:teel", &["color:teal "]),
        ("date:last", &["date:last-week ", "date:last-month ", "date:last-year "]),
        ("camra:x", &["camera:x"]),
        ("par", &["place:Paris ", "tag:paris "]),
    ];
    for (text, expected) in cases {
        assert_eq!(taken_texts(text), expected, "{text}");
    }
    for text in ["", "tower ", "\"te", "teal", "dog^2", "-", "\"", "zzz"] {
        assert!(taken_texts(text).iter().all(|taken| taken.trim_end() != text), "{text}");
    }
    assert!(
        ["", "tower ", "\"te", "dog^2", "has:gp^", "-", "zzz"].iter().all(|text| offered(text).is_empty())
    );
    let nikon = &offered("camera:nik")[0];
    assert_eq!((nikon.label.as_str(), nikon.note.as_str()), ("Nikon D90", "120 pictures"));
    assert_eq!(offered("camera:pix")[0].note, "1 picture");
}

#[test]
fn completion_in_the_middle_of_a_text() {
    let text = "red cam:nik^2 tower";
    let completion = complete(text, 10, &Looks, &Library).remove(0);
    assert_eq!(apply(text, &completion), ("red cam:\"Nikon D90\"^2 tower".into(), 19));
    // In the name of a field: the value stays.
    let completion = complete(text, 6, &Looks, &Library).remove(0);
    assert_eq!(apply(text, &completion), ("red camera:nik^2 tower".into(), 11));
    // A value before a space: the cursor goes behind that space.
    let completion = complete("has:gp tower", 6, &Looks, &Library).remove(0);
    assert_eq!(apply("has:gp tower", &completion), ("has:gps tower".into(), 8));
    // Within a character.
    assert_eq!(complete("é", 1, &Looks, &Library), []);
    let broken = Completion { replace: 1..9, with: "x".into(), label: String::new(), note: String::new() };
    assert_eq!(apply("é", &broken), ("é".into(), 2));
}

/// Texts that look like queries more often than chance would have it.
fn queries() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[-−]?(iso|f|date|year|near|color|has|type|camera|size|exposure|rating|camra|C):[<>=]{0,2}[0-9a-z./:,\"^* -]{0,12}",
        "[-\"^*:,.#<>=“” a-z0-9éß\u{3000}]{0,12}",
        "\\PC{0,8}",
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.join(" "))
}

fn assert_covers(text: &str) {
    let terms = terms(text);
    let mut at = 0;
    for term in &terms {
        assert!(term.span.start >= at && term.span.end > term.span.start, "{text:?}: {terms:?}");
        assert!(text[at..term.span.start].chars().all(char::is_whitespace), "{text:?}: {terms:?}");
        assert!(term.weight > 0.0 && term.weight <= 10.0, "{text:?}");
        at = term.span.end;
    }
    assert!(text[at..].chars().all(char::is_whitespace), "{text:?}: {terms:?}");
}

proptest! {
    #[test]
    fn terms_cover_the_text(text in prop_oneof![queries(), any::<String>()]) {
        assert_covers(&text);
    }

    #[test]
    fn typing_on_changes_only_the_last_term(text in queries()) {
        let whole = terms(&text);
        for (end, _) in text.char_indices() {
            let begun = terms(&text[..end]);
            let settled = begun.len().saturating_sub(1);
            prop_assert_eq!(whole.get(..settled), begun.get(..settled), "{:?} of {:?}", &text[..end], text);
        }
    }

    #[test]
    fn suggestions_are_never_wrong_again(text in queries()) {
        for term in terms(&text) {
            if let TermKind::Wrong { suggestion: Some(suggestion), .. } = term.kind {
                let again = terms(&suggestion);
                let is_begun = suggestion.ends_with(':');
                prop_assert!(again.len() == 1, "{}", suggestion);
                prop_assert!(is_begun || !matches!(again[0].kind, TermKind::Wrong { .. }), "{text:?}: {suggestion}");
                prop_assert_eq!(again[0].negated, term.negated);
            }
        }
    }

    #[test]
    fn completions_stay_where_they_belong(text in queries(), at in 0_usize..80) {
        let before = terms(&text);
        let found = complete(&text, at, &Looks, &Library);
        prop_assert!(found.len() <= 12);
        for completion in found {
            let (taken, cursor) = apply(&text, &completion);
            prop_assert!(taken.is_char_boundary(cursor));
            prop_assert!(before.iter().any(|term| term.span.start <= completion.replace.start && completion.replace.end <= term.span.end));
            assert_covers(&taken);
        }
    }

    #[test]
    fn any_value_of_a_facet_is_read_back(value in "\\PC{1,20}") {
        struct One(String);
        impl Facets for One {
            fn values(&self, _field: TextField, _prefix: &str) -> Vec<(String, usize)> {
                vec![(self.0.clone(), 1)]
            }
        }
        prop_assume!(!value.trim().is_empty() && value != "x");
        let completion = complete("tag:x", 5, &Looks, &One(value.clone())).remove(0);
        let (taken, _) = apply("tag:x", &completion);
        prop_assert_eq!(kind(taken.trim_end()), text(TextField::Tag, &value), "{}", taken);
    }

    #[test]
    fn days_are_counted_both_ways(days in -719_162_i32..2_932_897) {
        let date = CivilDate::from_days_since_1970(days);
        prop_assert_eq!(date.days_since_1970(), days);
        prop_assert_eq!(CivilDate::new(date.year, date.month, date.day), Some(date));
    }
}

/// Prints what a long query costs; `cargo test -- --ignored --nocapture query_speed`.
#[test]
#[ignore = "a measurement"]
fn query_speed() {
    let mixed =
        "tower camra:nikon iso:>800 color:teel date:2023-05..2023-08 \"two words\" -dog^2 ".repeat(13);
    for text in [mixed, "abcde:fghij ".repeat(83), "color:tael ".repeat(90), "date:2023-02-30 ".repeat(62)] {
        let started = Instant::now();
        let runs = 200;
        let found: usize = (0..runs).map(|_| terms(&text).len()).sum();
        println!("{} bytes, {} terms: {:?}", text.len(), found / runs, started.elapsed() / runs as u32);
    }
}
